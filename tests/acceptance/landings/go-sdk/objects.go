package main

import (
	"io"
	"net/http"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// head <key>
func head(bucket *oss.Bucket, arguments []string) (answer, error) {
	exists, err := bucket.IsObjectExist(arguments[0])
	if err != nil || !exists {
		return answer{"exists": false}, err
	}
	headers, err := bucket.GetObjectDetailedMeta(arguments[0])
	return answer{"exists": true, "headers": firstValues(headers)}, err
}

// get <key> <range>
func get(bucket *oss.Bucket, arguments []string) (answer, error) {
	object, err := bucket.GetObject(arguments[0], oss.NormalizedRange(arguments[1]))
	if err != nil {
		return nil, err
	}
	defer object.Close()
	bytes, err := io.ReadAll(object)
	return answer{"bytes": bytes}, err
}

// download <key> <file>: in ranges, three at a time.
func download(bucket *oss.Bucket, arguments []string) (answer, error) {
	return answer{}, bucket.DownloadFile(arguments[0], arguments[1], partSizeBytes, oss.Routines(3))
}

// list <prefix> <delimiter>: one entry a page.
func list(bucket *oss.Bucket, arguments []string) (answer, error) {
	keys, prefixes := []string{}, []string{}
	for marker, more := "", true; more; {
		page, err := bucket.ListObjects(oss.Prefix(arguments[0]), oss.Delimiter(arguments[1]), oss.Marker(marker), oss.MaxKeys(1))
		if err != nil {
			return nil, err
		}
		for _, object := range page.Objects {
			keys = append(keys, object.Key)
		}
		prefixes = append(prefixes, page.CommonPrefixes...)
		marker, more = page.NextMarker, page.IsTruncated
	}
	return answer{"keys": keys, "prefixes": prefixes}, nil
}

// copy <source> <target>
func copyObject(bucket *oss.Bucket, arguments []string) (answer, error) {
	result, err := bucket.CopyObject(arguments[0], arguments[1])
	return answer{"etag": result.ETag}, err
}

// delete <key>…: the first alone, the others in one request.
func deleteObjects(bucket *oss.Bucket, arguments []string) (answer, error) {
	if err := bucket.DeleteObject(arguments[0]); err != nil {
		return nil, err
	}
	result, err := bucket.DeleteObjects(arguments[1:])
	return answer{"deleted": result.DeletedObjects}, err
}

func firstValues(headers http.Header) map[string]string {
	values := map[string]string{}
	for name := range headers {
		values[name] = headers.Get(name)
	}
	return values
}
