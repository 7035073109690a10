/* Uploads every case of the run (the JSON file that SDK_RUN names) by every way the C SDK has, and prints one line of
 * JSON for each upload. Exits with 1 where the run itself cannot be read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "aos_http_io.h"
#include "aos_util.h"
#include "oss_api.h"
#include "oss_util.h"

typedef struct {
    aos_pool_t *pool;
    const cJSON *run;
    const char *signature;
    const char *operation;
    const char *case_name;
    const char *content;
    aos_string_t bucket;
    aos_string_t key;
    const char *callback;
    const char *variables;
} upload_t;

typedef struct {
    aos_status_t *status;
    aos_list_t body;
} answer_t;

typedef void (*operation_t)(const upload_t *upload, answer_t *answer);

static const char *text(const cJSON *object, const char *name) {
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(value) ? value->valuestring : "";
}

static const char *base64_of_json(aos_pool_t *pool, const cJSON *object) {
    char *json = cJSON_PrintUnformatted(object);
    int length = (int)strlen(json);
    char *encoded = apr_pcalloc(pool, length * 4 / 3 + 8);
    aos_base64_encode((unsigned char *)json, length, encoded);
    cJSON_free(json);
    return encoded;
}

static oss_request_options_t *make_options(const upload_t *upload) {
    oss_request_options_t *options = oss_request_options_create(upload->pool);
    options->config = oss_config_create(options->pool);
    aos_str_set(&options->config->endpoint, text(upload->run, "endpoint"));
    aos_str_set(&options->config->access_key_id, text(upload->run, "accessKeyId"));
    aos_str_set(&options->config->access_key_secret, text(upload->run, "accessKeySecret"));
    aos_str_set(&options->config->region, text(upload->run, "region"));
    options->config->signature_version = strcmp(upload->signature, "v4") == 0 ? 4 : 1;
    options->ctl = aos_http_controller_create(options->pool, 0);
    return options;
}

static void fill_buffer(const upload_t *upload, aos_list_t *buffer) {
    aos_buf_t *content = aos_buf_pack(upload->pool, upload->content, (int)strlen(upload->content));
    aos_list_init(buffer);
    aos_list_add_tail(&content->node, buffer);
}

static aos_table_t *callback_headers(const upload_t *upload) {
    aos_table_t *headers = aos_table_make(upload->pool, 2);
    apr_table_set(headers, OSS_CALLBACK, upload->callback);
    apr_table_set(headers, OSS_CALLBACK_VAR, upload->variables);
    return headers;
}

static void put(const upload_t *upload, answer_t *answer) {
    aos_table_t *response_headers = NULL;
    aos_list_t buffer;
    fill_buffer(upload, &buffer);
    answer->status = oss_do_put_object_from_buffer(make_options(upload), &upload->bucket, &upload->key, &buffer,
        callback_headers(upload), NULL, NULL, &response_headers, &answer->body);
}

static void multipart(const upload_t *upload, answer_t *answer) {
    oss_request_options_t *options = make_options(upload);
    oss_complete_part_content_t *part = oss_create_complete_part_content(upload->pool);
    aos_table_t *response_headers = NULL;
    aos_string_t upload_id;
    aos_list_t buffer;
    aos_list_t parts;
    answer->status = oss_init_multipart_upload(options, &upload->bucket, &upload->key, &upload_id, NULL, &response_headers);
    if (!aos_status_is_ok(answer->status)) return;
    fill_buffer(upload, &buffer);
    answer->status = oss_upload_part_from_buffer(options, &upload->bucket, &upload->key, &upload_id, 1, &buffer,
        &response_headers);
    if (!aos_status_is_ok(answer->status)) return;
    aos_str_set(&part->part_number, "1");
    aos_str_set(&part->etag, apr_table_get(response_headers, "ETag"));
    aos_list_init(&parts);
    aos_list_add_tail(&part->node, &parts);
    answer->status = oss_do_complete_multipart_upload(options, &upload->bucket, &upload->key, &upload_id, &parts,
        callback_headers(upload), NULL, &response_headers, &answer->body);
}

/* The SDK's own function for a signed URL drops the answer: these are its steps. */
static void presigned(const upload_t *upload, answer_t *answer) {
    oss_request_options_t *options = make_options(upload);
    aos_http_request_t *signing = aos_http_request_create(upload->pool);
    aos_http_request_t *request = NULL;
    aos_http_response_t *response = NULL;
    char *signed_url;
    aos_string_t url;
    aos_list_t buffer;
    signing->method = HTTP_PUT;
    /* V1 leaves `callback` out of what this SDK signs in a URL, so that only signed headers can carry it. */
    signing->headers = callback_headers(upload);
    signed_url = oss_gen_signed_url(options, &upload->bucket, &upload->key, apr_time_sec(apr_time_now()) + 600, signing);
    aos_str_set(&url, signed_url);
    fill_buffer(upload, &buffer);
    oss_init_signed_url_request(options, &url, HTTP_PUT, &request, aos_table_make(upload->pool, 0),
        callback_headers(upload), &response);
    oss_write_request_body_from_buffer(&buffer, request);
    answer->status = oss_process_signed_request(options, request, response);
    oss_fill_read_response_body(response, &answer->body);
}

static void resumable(const upload_t *upload, answer_t *answer) {
    /* The SDK makes no part of an empty file, and OSS refuses a list of no parts: an application has to put it. */
    if (*upload->content == '\0') {
        put(upload, answer);
        return;
    }
    oss_request_options_t *options = make_options(upload);
    oss_resumable_clt_params_t *settings = oss_create_resumable_clt_params_content(upload->pool, 102400, 2, AOS_FALSE, NULL);
    aos_table_t *response_headers = NULL;
    char *path = apr_pstrcat(upload->pool, text(upload->run, "folder"), "/upload.bin", NULL);
    aos_string_t file;
    FILE *stream = fopen(path, "wb");
    fwrite(upload->content, 1, strlen(upload->content), stream);
    fclose(stream);
    aos_str_set(&file, path);
    answer->status = oss_resumable_upload_file(options, (aos_string_t *)&upload->bucket, (aos_string_t *)&upload->key, &file,
        callback_headers(upload), NULL, settings, NULL, &response_headers, &answer->body);
}

static char *body_text(aos_pool_t *pool, aos_list_t *body) {
    char *joined = aos_pcalloc(pool, (apr_size_t)aos_buf_list_len(body) + 1);
    int64_t length = 0;
    aos_buf_t *piece;
    aos_list_for_each_entry(aos_buf_t, piece, body, node) {
        memcpy(joined + length, piece->pos, (size_t)aos_buf_size(piece));
        length += aos_buf_size(piece);
    }
    return joined;
}

static void print_outcome(const upload_t *upload, answer_t *answer, int is_failing) {
    cJSON *line = cJSON_CreateObject();
    char *json;
    cJSON_AddStringToObject(line, "operation", upload->operation);
    cJSON_AddStringToObject(line, "signature", upload->signature);
    cJSON_AddStringToObject(line, "case", upload->case_name);
    cJSON_AddStringToObject(line, "key", upload->key.data);
    cJSON_AddNumberToObject(line, "status", answer->status->code);
    if (is_failing) {
        cJSON_AddBoolToObject(line, "raised", !aos_status_is_ok(answer->status));
        if (answer->status->error_code) cJSON_AddStringToObject(line, "code", answer->status->error_code);
        else cJSON_AddNullToObject(line, "code");
    } else {
        cJSON_AddStringToObject(line, "answer", body_text(upload->pool, &answer->body));
    }
    if (answer->status->error_msg) cJSON_AddStringToObject(line, "error", answer->status->error_msg);
    json = cJSON_PrintUnformatted(line);
    puts(json);
    cJSON_free(json);
    cJSON_Delete(line);
}

/* One upload in a memory pool of its own. */
static void run_upload(upload_t upload, operation_t operation, const cJSON *test_case, const char *callback_url) {
    int is_failing = test_case == cJSON_GetObjectItemCaseSensitive(upload.run, "failingCase");
    cJSON *callback = cJSON_CreateObject();
    answer_t answer;
    aos_pool_create(&upload.pool, NULL);
    upload.case_name = text(test_case, "name");
    upload.content = text(test_case, "content");
    aos_str_set(&upload.bucket, text(upload.run, "bucket"));
    aos_str_set(&upload.key, apr_psprintf(upload.pool, "c/%s-%s/%s", upload.operation, upload.signature,
        text(test_case, "key")));
    cJSON_AddStringToObject(callback, "callbackUrl", callback_url);
    cJSON_AddStringToObject(callback, "callbackBody", text(upload.run, "callbackBody"));
    upload.callback = base64_of_json(upload.pool, callback);
    upload.variables = base64_of_json(upload.pool, cJSON_GetObjectItemCaseSensitive(test_case, "vars"));
    cJSON_Delete(callback);
    aos_list_init(&answer.body);
    operation(&upload, &answer);
    print_outcome(&upload, &answer, is_failing);
    aos_pool_destroy(upload.pool);
}

static cJSON *read_run(void) {
    const char *path = getenv("SDK_RUN");
    FILE *stream = path ? fopen(path, "rb") : NULL;
    static char json[1 << 20];
    size_t length = stream ? fread(json, 1, sizeof json - 1, stream) : 0;
    if (stream) fclose(stream);
    json[length] = '\0';
    return cJSON_Parse(json);
}

int main(void) {
    static const struct { const char *name; operation_t run; } operations[] = {
        {"put", put}, {"multipart", multipart}, {"presigned", presigned}, {"resumable", resumable}};
    static const char *signatures[] = {"v1", "v4"};
    cJSON *run = read_run();
    const cJSON *test_case = NULL;
    const cJSON *cases = cJSON_GetObjectItemCaseSensitive(run, "cases");
    if (!cases || aos_http_io_initialize(NULL, 0) != AOSE_OK) {
        fprintf(stderr, "SDK_RUN must name the JSON file of the run\n");
        return 1;
    }
    for (size_t v = 0; v < sizeof signatures / sizeof *signatures; v++) {
        for (size_t o = 0; o < sizeof operations / sizeof *operations; o++) {
            upload_t upload = {.run = run, .signature = signatures[v], .operation = operations[o].name};
            cJSON_ArrayForEach(test_case, cases)
                run_upload(upload, operations[o].run, test_case, text(run, "callbackUrl"));
            run_upload(upload, operations[o].run, cJSON_GetObjectItemCaseSensitive(run, "failingCase"),
                text(run, "failingCallbackUrl"));
        }
    }
    cJSON_Delete(run);
    aos_http_io_deinitialize();
    return 0;
}
