{{/* The prefix of all object names; suffixes have at most 23 characters, the name of a Service at most 63. */}}
{{- define "landfall.name" -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* The labels that select the pods of this release; with a component: list $ "api". */}}
{{- define "landfall.selector" -}}
app.kubernetes.io/name: landfall
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "landfall.componentSelector" -}}
{{ include "landfall.selector" (first .) }}
app.kubernetes.io/component: {{ last . }}
{{- end }}

{{/* The labels of an object: list $ "api". */}}
{{- define "landfall.labels" -}}
helm.sh/chart: {{ (first .).Chart.Name }}-{{ (first .).Chart.Version }}
app.kubernetes.io/version: {{ (first .).Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ (first .).Release.Service }}
{{ include "landfall.componentSelector" . }}
{{- end }}

{{/* The image of `image` or `workerImage`: list $ .Values.image. */}}
{{- define "landfall.image" -}}
{{ (last .).repository }}:{{ (last .).tag | default (first .).Chart.AppVersion }}
{{- end }}

{{/* A worker merged with `workerDefaults`: list $ "thumbnail". The result is YAML: use fromYaml. */}}
{{- define "landfall.worker" -}}
{{- $values := (first .).Values -}}
{{ mergeOverwrite (deepCopy $values.workerDefaults) (index $values.workers (last .)) | toYaml }}
{{- end }}

{{/* The minimum number of replicas of a worker: list $ $worker. */}}
{{- define "landfall.leastReplicas" -}}
{{- $worker := last . -}}
{{- if eq (first .).Values.autoscaling "keda" }}{{ $worker.scaling.min }}
{{- else if eq (first .).Values.autoscaling "hpa" }}{{ max 1 $worker.scaling.min }}
{{- else }}{{ $worker.replicas }}{{ end }}
{{- end }}
