// The uploads of aliyun-oss-go-sdk, each with a callback.
package main

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"landfall/sdks/run"
)

const (
	partSizeBytes = 100 * 1024
	expirySeconds = 60
)

var signatures = map[string]oss.AuthVersionType{"v1": oss.AuthV1, "v4": oss.AuthV4}

type uploads struct {
	run.Run
	bucket *oss.Bucket
}

func main() {
	given := run.Read()
	for name, version := range signatures {
		client, err := oss.New(given.Endpoint, given.AccessKeyID, given.AccessKeySecret,
			oss.Region(given.Region), oss.AuthVersion(version), oss.ForcePathStyle(true))
		run.Check(err)
		bucket, err := client.Bucket(given.Bucket)
		run.Check(err)
		sdk := uploads{given, bucket}
		given.UploadAll("go-v1", name, map[string]run.Operation{
			"put":       sdk.put,
			"form":      given.PostForm(name),
			"multipart": sdk.uploadInParts,
			"presigned": sdk.putToSignedURL,
			"resumable": sdk.uploadFile,
		})
	}
}

func callback(object run.Object, answer *[]byte) []oss.Option {
	return []oss.Option{oss.Callback(object.Callback), oss.CallbackVar(object.CallbackVar), oss.CallbackResult(answer)}
}

func (sdk uploads) put(object run.Object) run.Outcome {
	var answer []byte
	err := sdk.bucket.PutObject(object.Key, strings.NewReader(object.Content), callback(object, &answer)...)
	return outcome(answer, err)
}

func (sdk uploads) uploadInParts(object run.Object) run.Outcome {
	upload, err := sdk.bucket.InitiateMultipartUpload(object.Key)
	run.Check(err)
	parts := []oss.UploadPart{}
	for rest := object.Content; len(parts) == 0 || rest != ""; {
		size := min(len(rest), partSizeBytes)
		part, err := sdk.bucket.UploadPart(upload, strings.NewReader(rest[:size]), int64(size), len(parts)+1)
		run.Check(err)
		parts = append(parts, part)
		rest = rest[size:]
	}
	var answer []byte
	_, err = sdk.bucket.CompleteMultipartUpload(upload, parts, callback(object, &answer)...)
	return outcome(answer, err)
}

// putToSignedURL has the callback in the URL's query, so that whoever uses it needs no headers.
func (sdk uploads) putToSignedURL(object run.Object) run.Outcome {
	url, err := sdk.bucket.SignURL(object.Key, oss.HTTPPut, expirySeconds,
		oss.AddParam("callback", object.Callback), oss.AddParam("callback-var", object.CallbackVar))
	run.Check(err)
	response, err := sdk.bucket.DoPutObjectWithURL(url, strings.NewReader(object.Content), nil)
	if err != nil {
		return outcome(nil, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return outcome(answer, err)
}

// uploadFile drops the application's answer, although it takes the option for it.
func (sdk uploads) uploadFile(object run.Object) run.Outcome {
	path := sdk.File(object)
	options := append(callback(object, new([]byte)), oss.Routines(2), oss.Checkpoint(true, path+".checkpoint"))
	err := sdk.bucket.UploadFile(object.Key, path, partSizeBytes, options...)
	return outcome(nil, err)
}

// outcome is what the SDK tells of an upload. It succeeds for the status 200 only, and does not tell it.
func outcome(answer []byte, err error) run.Outcome {
	var refusal oss.ServiceError
	var unexpected oss.UnexpectedStatusCodeError
	switch {
	case errors.As(err, &refusal):
		return run.Outcome{Status: refusal.StatusCode, Raised: true, Code: &refusal.Code}
	case errors.As(err, &unexpected):
		return run.Outcome{Status: unexpected.Got(), Raised: true}
	}
	run.Check(err)
	if answer == nil {
		return run.Outcome{Status: http.StatusOK}
	}
	return run.Outcome{Status: http.StatusOK, Answer: string(answer)}
}
