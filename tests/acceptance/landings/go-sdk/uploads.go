package main

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"io"
	"os"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

const partSizeBytes = oss.MinPartSize

// put <key> <file> <callback> <callback-var>; the last two are JSON.
func put(bucket *oss.Bucket, arguments []string) (answer, error) {
	file, err := os.Open(arguments[1])
	if err != nil {
		return nil, err
	}
	defer file.Close()
	options := []oss.Option{oss.Meta("made-by", "go")}
	for name, value := range callbackHeaders(arguments[2], arguments[3]) {
		options = append(options, rename(oss.Origin(value), oss.HTTPHeaderOrigin, name))
	}
	request := &oss.PutObjectRequest{ObjectKey: arguments[0], Reader: file}
	response, err := bucket.DoPutObject(request, options)
	if response == nil {
		return nil, err
	}
	return readAnswer(response, err)
}

// multipart <key> <file> <callback> <callback-var>
func uploadInParts(bucket *oss.Bucket, arguments []string) (answer, error) {
	key, path := arguments[0], arguments[1]
	chunks, err := oss.SplitFileByPartSize(path, partSizeBytes)
	if err != nil {
		return nil, err
	}
	upload, err := bucket.InitiateMultipartUpload(key)
	if err != nil {
		return nil, err
	}
	for _, chunk := range chunks {
		if _, err := bucket.UploadPartFromFile(upload, path, chunk.Offset, chunk.Size, chunk.Number); err != nil {
			return nil, err
		}
	}
	open, err := bucket.ListMultipartUploads(oss.Prefix(key))
	if err != nil {
		return nil, err
	}
	openKeys := []string{}
	for _, one := range open.Uploads {
		openKeys = append(openKeys, one.Key)
	}
	parts, err := bucket.ListUploadedParts(upload)
	if err != nil {
		return nil, err
	}
	response, err := complete(bucket, upload, parts.UploadedParts, callbackHeaders(arguments[2], arguments[3]))
	if err != nil {
		return nil, err
	}
	result, err := readAnswer(response, nil)
	if err != nil {
		return nil, err
	}
	result["parts"] = len(parts.UploadedParts)
	result["openUploads"] = openKeys
	return result, nil
}

// complete sends what the SDK's CompleteMultipartUpload does, which takes no options, with headers.
func complete(bucket *oss.Bucket, upload oss.InitiateMultipartUploadResult, uploaded []oss.UploadedPart,
	headers map[string]string) (*oss.Response, error) {
	list := struct {
		XMLName xml.Name `xml:"CompleteMultipartUpload"`
		Parts   []oss.UploadPart
	}{}
	for _, part := range uploaded {
		list.Parts = append(list.Parts, oss.UploadPart{PartNumber: part.PartNumber, ETag: part.ETag})
	}
	body, err := xml.Marshal(list)
	if err != nil {
		return nil, err
	}
	query := "uploadId=" + upload.UploadID
	return bucket.Client.Conn.Do("POST", bucket.BucketName, upload.Key, query, query, headers, bytes.NewReader(body), 0, nil)
}

// readAnswer gives the answer to an upload, and the error that the SDK made of it.
func readAnswer(response *oss.Response, failure error) (answer, error) {
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	result := answer{}
	if failure != nil {
		result = describe(failure)
	}
	result["status"] = response.StatusCode
	result["body"] = string(body)
	return result, nil
}

func callbackHeaders(callback, vars string) map[string]string {
	return map[string]string{
		"X-Oss-Callback":     base64.StdEncoding.EncodeToString([]byte(callback)),
		"X-Oss-Callback-Var": base64.StdEncoding.EncodeToString([]byte(vars)),
	}
}

// rename makes an option for a header that the SDK has none for: another option's value under another name.
// The SDK does not export the type of values; inference finds it.
func rename[Option ~func(map[string]Value) error, Value any](option Option, from, to string) Option {
	return func(headers map[string]Value) error {
		own := map[string]Value{}
		if err := option(own); err != nil {
			return err
		}
		headers[to] = own[from]
		return nil
	}
}
