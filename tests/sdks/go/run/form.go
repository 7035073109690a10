package run

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"hash"
	"io"
	"mime/multipart"
	"net/http"
	"time"
)

// PostForm uploads by PostObject. No Go SDK has it: the policy is signed by the standard library, as the SDKs'
// guides do.
func (run Run) PostForm(signature string) Operation {
	return func(object Object) Outcome {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		fields := run.signPolicy(signature)
		fields["key"], fields["callback"] = object.Key, object.Callback
		for name, value := range object.Vars {
			fields[name] = value
		}
		for name, value := range fields {
			Check(form.WriteField(name, value))
		}
		// OSS ignores whatever comes after the file.
		file, err := form.CreateFormFile("file", "content.txt")
		Check(err)
		_, err = io.WriteString(file, object.Content)
		Check(err)
		Check(form.Close())
		request, err := http.NewRequest(http.MethodPost, run.Endpoint+"/"+run.Bucket, &body)
		Check(err)
		request.Header.Set("Content-Type", form.FormDataContentType())
		return Send(request)
	}
}

// signPolicy makes the fields of a form that may be sent within the next minute.
func (run Run) signPolicy(signature string) map[string]string {
	now := time.Now().UTC()
	expiration := now.Add(time.Minute).Format("2006-01-02T15:04:05.000Z")
	if signature == "v1" {
		policy := encodePolicy(expiration, map[string]string{"bucket": run.Bucket})
		signed := sum(sha1.New, []byte(run.AccessKeySecret), policy)
		return map[string]string{
			"policy":         policy,
			"OSSAccessKeyId": run.AccessKeyID,
			"Signature":      base64.StdEncoding.EncodeToString(signed),
		}
	}
	day := now.Format("20060102")
	fields := map[string]string{
		"x-oss-signature-version": "OSS4-HMAC-SHA256",
		"x-oss-credential":        fmt.Sprintf("%s/%s/%s/oss/aliyun_v4_request", run.AccessKeyID, day, run.Region),
		"x-oss-date":              now.Format("20060102T150405Z"),
	}
	policy := encodePolicy(expiration, map[string]string{"bucket": run.Bucket}, fields)
	key := []byte("aliyun_v4" + run.AccessKeySecret)
	for _, scope := range []string{day, run.Region, "oss", "aliyun_v4_request"} {
		key = sum(sha256.New, key, scope)
	}
	fields["policy"] = policy
	fields["x-oss-signature"] = hex.EncodeToString(sum(sha256.New, key, policy))
	return fields
}

func encodePolicy(expiration string, equal ...map[string]string) string {
	conditions := []map[string]string{}
	for _, fields := range equal {
		for name, value := range fields {
			conditions = append(conditions, map[string]string{name: value})
		}
	}
	policy, err := json.Marshal(map[string]any{"expiration": expiration, "conditions": conditions})
	Check(err)
	return base64.StdEncoding.EncodeToString(policy)
}

func sum(algorithm func() hash.Hash, key []byte, text string) []byte {
	signer := hmac.New(algorithm, key)
	io.WriteString(signer, text)
	return signer.Sum(nil)
}

// Send sends a request that no SDK sends, and reads its answer.
func Send(request *http.Request) Outcome {
	response, err := http.DefaultClient.Do(request)
	Check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	Check(err)
	outcome := Outcome{Status: response.StatusCode}
	if response.StatusCode == http.StatusOK {
		outcome.Answer = string(body)
		return outcome
	}
	var refusal struct{ Code string }
	Check(xml.Unmarshal(body, &refusal))
	outcome.Code = &refusal.Code
	return outcome
}
