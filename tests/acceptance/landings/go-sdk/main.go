// One operation of OSS by the official Go SDK, its answer or error as JSON on stdout:
//
//	go-sdk <operation> <argument>…
//
// The environment names endpoint, bucket and access key. Debian's SDK is version 1.5: it signs headers by V1,
// and has neither options for callbacks nor signed URLs.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

type answer map[string]any

var operations = map[string]func(bucket *oss.Bucket, arguments []string) (answer, error){
	"put":       put,
	"multipart": uploadInParts,
	"head":      head,
	"get":       get,
	"download":  download,
	"list":      list,
	"copy":      copyObject,
	"delete":    deleteObjects,
}

func main() {
	result, err := perform(os.Args[1], os.Args[2:])
	if err != nil {
		result = describe(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func perform(name string, arguments []string) (answer, error) {
	operation, known := operations[name]
	if !known {
		return nil, fmt.Errorf("no operation %q", name)
	}
	client, err := oss.New(os.Getenv("OSS_ENDPOINT"), os.Getenv("OSS_ACCESS_KEY_ID"), os.Getenv("OSS_ACCESS_KEY_SECRET"))
	if err != nil {
		return nil, err
	}
	bucket, err := client.Bucket(os.Getenv("OSS_BUCKET"))
	if err != nil {
		return nil, err
	}
	return operation(bucket, arguments)
}

// describe names the type that the SDK gives an error, and what that type tells.
func describe(err error) answer {
	described := answer{"error": fmt.Sprintf("%T", err), "message": err.Error()}
	switch failure := err.(type) {
	case oss.ServiceError:
		described["code"] = failure.Code
		described["status"] = failure.StatusCode
	case oss.UnexpectedStatusCodeError:
		described["status"] = failure.Got()
	}
	return described
}
