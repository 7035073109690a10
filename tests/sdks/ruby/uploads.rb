# Uploads every case of the run (the JSON file that SDK_RUN names) by every way aliyun-oss-ruby-sdk has, and prints one
# line of JSON for each upload. The SDK's lib folder must be on the load path.
require 'base64'
require 'erb'
require 'json'
require 'stringio'
require 'aliyun/oss'

# The SDK drops the application's answer: only its own log tells it.
LOG = StringIO.new
Aliyun::Common::Logging.set_log_file(LOG)
Aliyun::Common::Logging.set_log_level(Logger::DEBUG)

RUN = JSON.parse(File.read(ENV.fetch('SDK_RUN'), encoding: 'UTF-8'))
BUCKET = Aliyun::OSS::Client.new(
  endpoint: RUN['endpoint'], access_key_id: RUN['accessKeyId'], access_key_secret: RUN['accessKeySecret']
).get_bucket(RUN['bucket'])

def put(key, content, url, vars)
  BUCKET.put_object(
    key,
    callback: Aliyun::OSS::Callback.new(url: url, body: RUN['callbackBody']),
    headers: { 'x-oss-callback-var' => Base64.strict_encode64(vars.to_json) }
  ) { |stream| stream << content }
end

# Custom variables have no way into the completion of an upload in parts: their values stand in the template instead.
def resumable(key, content, url, vars)
  # The SDK makes no part of an empty file, and OSS refuses a list of no parts: an application has to put it.
  return put(key, content, url, vars) if content.empty?

  path = File.join(RUN['folder'], 'upload.bin')
  File.binwrite(path, content)
  body = RUN['callbackBody'].gsub(/\$\{(x:[^}]*)\}/) { ERB::Util.url_encode(vars[$1].to_s) }
  BUCKET.resumable_upload(key, path, callback: Aliyun::OSS::Callback.new(url: url, body: body))
end

def report(operation, name, key, outcome)
  puts({ operation: operation, signature: 'v1', case: name, key: key }.merge(outcome).to_json)
end

%i[put resumable].each do |operation|
  RUN['cases'].each do |one|
    key = "ruby/#{operation}/#{one['key']}"
    send(operation, key, one['content'], RUN['callbackUrl'], one['vars'])
    status, answer = LOG.string.scan(/Received HTTP response, code: (\d+), .*, body: (.*)$/).last
    report(operation, one['name'], key, status: status.to_i, answer: answer)
  end
  failing = RUN['failingCase']
  key = "ruby/#{operation}/#{failing['key']}"
  begin
    send(operation, key, failing['content'], RUN['failingCallbackUrl'], failing['vars'])
    report(operation, failing['name'], key, raised: false, status: nil, code: nil)
  rescue Aliyun::OSS::CallbackError => e
    report(operation, failing['name'], key, raised: true, status: e.http_code, code: e.error_code)
  end
end
