// Package run does for every Go SDK what is not the SDK's: it reads what to upload from the JSON file that the
// environment variable SDK_RUN names, and prints a line of JSON for each upload.
package run

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
)

// Run is where and what to upload.
type Run struct {
	Endpoint           string
	Region             string
	Bucket             string
	AccessKeyID        string
	AccessKeySecret    string
	CallbackURL        string
	FailingCallbackURL string
	CallbackBody       string
	Folder             string
	Cases              []Case
	FailingCase        Case
}

// Case is an object to upload; its callback's variables are named "x:…".
type Case struct {
	Name    string
	Key     string
	Vars    map[string]string
	Content string
}

// Object is a case under the key of one operation.
type Object struct {
	Key     string
	Content string
	Vars    map[string]string
	// The two parameters, ready for their headers.
	Callback    string
	CallbackVar string
}

// Outcome is what an SDK tells of an upload.
type Outcome struct {
	Status int `json:"status"`
	// The application's answer; nil where the SDK keeps it to itself.
	Answer any `json:"answer"`
	// Whether the SDK made an error of the answer, and which code it read in it.
	Raised bool    `json:"raised"`
	Code   *string `json:"code"`
}

// Operation uploads an object.
type Operation func(object Object) Outcome

// Read reads the run; without one the program ends.
func Read() Run {
	content, err := os.ReadFile(os.Getenv("SDK_RUN"))
	Check(err)
	var run Run
	Check(json.Unmarshal(content, &run))
	return run
}

// UploadAll uploads every case by every operation, under keys of this SDK.
func (run Run) UploadAll(sdk, signature string, operations map[string]Operation) {
	for name, upload := range operations {
		uploadCase := func(one Case, callbackURL string) {
			key := fmt.Sprintf("%s/%s/%s/%s", sdk, signature, name, one.Key)
			outcome := upload(Object{
				Key:         key,
				Content:     one.Content,
				Vars:        one.Vars,
				Callback:    run.callback(callbackURL),
				CallbackVar: encode(one.Vars),
			})
			Check(json.NewEncoder(os.Stdout).Encode(struct {
				Operation string `json:"operation"`
				Signature string `json:"signature"`
				Case      string `json:"case"`
				Key       string `json:"key"`
				Outcome
			}{name, signature, one.Name, key, outcome}))
		}
		for _, one := range run.Cases {
			uploadCase(one, run.CallbackURL)
		}
		uploadCase(run.FailingCase, run.FailingCallbackURL)
	}
}

func (run Run) callback(url string) string {
	return encode(map[string]string{
		"callbackUrl":      url,
		"callbackBody":     run.CallbackBody,
		"callbackBodyType": "application/x-www-form-urlencoded",
	})
}

func encode(value map[string]string) string {
	text, err := json.Marshal(value)
	Check(err)
	return base64.StdEncoding.EncodeToString(text)
}

// File writes the object's content to a file, for the uploads that read one; returns its path.
func (run Run) File(object Object) string {
	file, err := os.CreateTemp(run.Folder, "content-")
	Check(err)
	_, err = file.WriteString(object.Content)
	Check(err)
	Check(file.Close())
	return file.Name()
}

// Check ends the program with what went wrong, if anything did.
func Check(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%T: %v\n", err, err)
		os.Exit(1)
	}
}
