// Uploads every case of the run (the JSON file that SDK_RUN names) by every way the C++ SDK has, and prints one line of
// JSON for each upload.
#include <alibabacloud/oss/OssClient.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>
#include <vector>

using namespace AlibabaCloud::OSS;
using nlohmann::json;

struct Upload {
    std::string bucket, folder, key, content, callback, variables;

    std::shared_ptr<std::iostream> body() const { return std::make_shared<std::stringstream>(content); }
};

// The SDK tells no status: every answer but 2xx, and 203 to a callback, is an error with OSS's code.
struct Answer {
    std::string text, code, message;
};

using Operation = std::function<Answer(const OssClient&, const Upload&)>;

static Answer refused(const OssError& error) { return {"", error.Code(), error.Message()}; }

template <typename Outcome>
static Answer readAnswer(const Outcome& outcome) {
    if (!outcome.isSuccess()) return refused(outcome.error());
    std::ostringstream text;
    // The SDK gives no content where the answer has no body.
    if (outcome.result().Content()) text << outcome.result().Content()->rdbuf();
    return {text.str(), "", ""};
}

static Answer put(const OssClient& client, const Upload& upload) {
    PutObjectRequest request(upload.bucket, upload.key, upload.body());
    request.setCallback(upload.callback, upload.variables);
    return readAnswer(client.PutObject(request));
}

static Answer multipart(const OssClient& client, const Upload& upload) {
    auto initiated = client.InitiateMultipartUpload(InitiateMultipartUploadRequest(upload.bucket, upload.key));
    if (!initiated.isSuccess()) return refused(initiated.error());
    const auto& id = initiated.result().UploadId();
    auto part = client.UploadPart(UploadPartRequest(upload.bucket, upload.key, 1, id, upload.body()));
    if (!part.isSuccess()) return readAnswer(part);
    CompleteMultipartUploadRequest request(upload.bucket, upload.key, {Part(1, part.result().ETag())}, id);
    request.setCallback(upload.callback, upload.variables);
    return readAnswer(client.CompleteMultipartUpload(request));
}

static Answer presigned(const OssClient& client, const Upload& upload) {
    GeneratePresignedUrlRequest request(upload.bucket, upload.key, Http::Put);
    request.setExpires(std::time(nullptr) + 600);
    request.addParameter("callback", upload.callback);
    if (!upload.variables.empty()) request.addParameter("callback-var", upload.variables);
    auto url = client.GeneratePresignedUrl(request);
    if (!url.isSuccess()) return refused(url.error());
    return readAnswer(client.PutObjectByUrl(PutObjectByUrlRequest(url.result(), upload.body())));
}

static Answer resumable(const OssClient& client, const Upload& upload) {
    const auto path = upload.folder + "/upload.bin";
    std::ofstream(path, std::ios::binary) << upload.content;
    UploadObjectRequest request(upload.bucket, upload.key, path);
    request.setCallback(upload.callback, upload.variables);
    return readAnswer(client.ResumableUploadObject(request));
}

// The SDK's builders write the values into the JSON as they are, so that the caller has to escape them.
static std::string escaped(const std::string& value) {
    const auto quoted = json(value).dump();
    return quoted.substr(1, quoted.size() - 2);
}

static std::string buildCallback(const json& run, const std::string& url) {
    return ObjectCallbackBuilder(url, escaped(run["callbackBody"])).build();
}

static std::string buildVariables(const json& values) {
    ObjectCallbackVariableBuilder builder;
    for (const auto& [name, value] : values.items()) builder.addCallbackVariable(name, escaped(value));
    return builder.build();
}

static void printLine(const json& line) { std::cout << line.dump() << "\n"; }

int main() {
    json run;
    std::ifstream(std::getenv("SDK_RUN")) >> run;
    InitializeSdk();
    const std::vector<std::pair<std::string, Operation>> operations = {
        {"put", put}, {"multipart", multipart}, {"presigned", presigned}, {"resumable", resumable}};
    for (const std::string signature : {"v1", "v4"}) {
        ClientConfiguration settings;
        settings.signatureVersion = signature == "v4" ? SignatureVersionType::V4 : SignatureVersionType::V1;
        OssClient client(run["endpoint"], run["accessKeyId"].get<std::string>(), run["accessKeySecret"], settings);
        client.SetRegion(run["region"]);
        for (const auto& [operation, perform] : operations) {
            const auto send = [&, name = operation, &perform = perform](const json& one, const std::string& url, json& line) {
                const auto key = "cpp/" + name + "-" + signature + "/" + one["key"].get<std::string>();
                line = {{"operation", name}, {"signature", signature}, {"case", one["name"]}, {"key", key}};
                return perform(client, {run["bucket"], run["folder"], key, one["content"], buildCallback(run, url),
                    buildVariables(one["vars"])});
            };
            json line;
            for (const auto& one : run["cases"]) {
                const auto answer = send(one, run["callbackUrl"], line);
                line["status"] = answer.code.empty() ? json(200) : json();
                line["answer"] = answer.text;
                if (!answer.code.empty()) line["error"] = answer.code + ": " + answer.message;
                printLine(line);
            }
            const auto answer = send(run["failingCase"], run["failingCallbackUrl"], line);
            line["status"] = nullptr;
            line["raised"] = !answer.code.empty();
            line["code"] = answer.code.empty() ? json() : json(answer.code);
            printLine(line);
        }
    }
    ShutdownSdk();
    return 0;
}
