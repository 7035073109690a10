// The uploads of alibabacloud-oss-go-sdk-v2, each with a callback.
package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"landfall/sdks/run"
)

const partSizeBytes = 100 * 1024

var (
	ctx        = context.Background()
	signatures = map[string]oss.SignatureVersionType{"v1": oss.SignatureVersionV1, "v4": oss.SignatureVersionV4}
)

type uploads struct {
	run.Run
	client *oss.Client
}

func main() {
	given := run.Read()
	for name, version := range signatures {
		config := oss.LoadDefaultConfig().
			WithCredentialsProvider(credentials.NewStaticCredentialsProvider(given.AccessKeyID, given.AccessKeySecret)).
			WithRegion(given.Region).
			WithEndpoint(given.Endpoint).
			WithUsePathStyle(true).
			WithSignatureVersion(version)
		sdk := uploads{given, oss.NewClient(config)}
		given.UploadAll("go-v2", name, map[string]run.Operation{
			"put":       sdk.put,
			"form":      given.PostForm(name),
			"multipart": sdk.uploadInParts,
			"presigned": sdk.putToSignedURL,
			"resumable": sdk.uploadFile,
		})
	}
}

func (sdk uploads) putRequest(object run.Object) *oss.PutObjectRequest {
	return &oss.PutObjectRequest{
		Bucket:      oss.Ptr(sdk.Bucket),
		Key:         oss.Ptr(object.Key),
		Callback:    oss.Ptr(object.Callback),
		CallbackVar: oss.Ptr(object.CallbackVar),
	}
}

func (sdk uploads) put(object run.Object) run.Outcome {
	request := sdk.putRequest(object)
	request.Body = strings.NewReader(object.Content)
	result, err := sdk.client.PutObject(ctx, request)
	if err != nil {
		return failure(err)
	}
	return run.Outcome{Status: result.StatusCode, Answer: result.CallbackResult}
}

func (sdk uploads) uploadInParts(object run.Object) run.Outcome {
	bucket, key := oss.Ptr(sdk.Bucket), oss.Ptr(object.Key)
	upload, err := sdk.client.InitiateMultipartUpload(ctx, &oss.InitiateMultipartUploadRequest{Bucket: bucket, Key: key})
	run.Check(err)
	parts := []oss.UploadPart{}
	for rest := object.Content; len(parts) == 0 || rest != ""; {
		size := min(len(rest), partSizeBytes)
		number := int32(len(parts) + 1)
		part, err := sdk.client.UploadPart(ctx, &oss.UploadPartRequest{
			Bucket:     bucket,
			Key:        key,
			UploadId:   upload.UploadId,
			PartNumber: number,
			Body:       strings.NewReader(rest[:size]),
		})
		run.Check(err)
		parts = append(parts, oss.UploadPart{PartNumber: number, ETag: part.ETag})
		rest = rest[size:]
	}
	result, err := sdk.client.CompleteMultipartUpload(ctx, &oss.CompleteMultipartUploadRequest{
		Bucket:                  bucket,
		Key:                     key,
		UploadId:                upload.UploadId,
		CompleteMultipartUpload: &oss.CompleteMultipartUpload{Parts: parts},
		Callback:                oss.Ptr(object.Callback),
		CallbackVar:             oss.Ptr(object.CallbackVar),
	})
	if err != nil {
		return failure(err)
	}
	return run.Outcome{Status: result.StatusCode, Answer: result.CallbackResult}
}

// putToSignedURL signs the callback's headers too: whoever uses the URL must send them.
func (sdk uploads) putToSignedURL(object run.Object) run.Outcome {
	signed, err := sdk.client.Presign(ctx, sdk.putRequest(object), oss.PresignExpires(time.Minute))
	run.Check(err)
	request, err := http.NewRequest(signed.Method, signed.URL, strings.NewReader(object.Content))
	run.Check(err)
	for name, value := range signed.SignedHeaders {
		request.Header.Set(name, value)
	}
	return run.Send(request)
}

// uploadFile uploads in parts what is larger than one. Its result lacks the application's answer.
func (sdk uploads) uploadFile(object run.Object) run.Outcome {
	uploader := oss.NewUploader(sdk.client, func(options *oss.UploaderOptions) {
		options.PartSize = partSizeBytes
		options.EnableCheckpoint = true
		options.CheckpointDir = sdk.Folder
	})
	result, err := uploader.UploadFile(ctx, sdk.putRequest(object), sdk.File(object))
	if err != nil {
		return failure(err)
	}
	return run.Outcome{Status: result.StatusCode}
}

// failure is what the SDK tells of a callback that failed; any other error ends the program.
func failure(err error) run.Outcome {
	var refusal *oss.ServiceError
	if !errors.As(err, &refusal) {
		run.Check(err)
	}
	return run.Outcome{Status: refusal.StatusCode, Raised: true, Code: oss.Ptr(refusal.Code)}
}
