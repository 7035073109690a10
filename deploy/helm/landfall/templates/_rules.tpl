{{/* Rules between values, which their schema cannot express. */}}
{{- define "landfall.checkValues" -}}
{{- $taken := dict }}
{{- $deliver := 0 }}
{{- range $name, $_ := .Values.workers }}
  {{- $worker := include "landfall.worker" (list $ $name) | fromYaml }}
  {{- range $worker.queues }}{{ $_ := set $taken . true }}{{ end }}
  {{- if has "delivery" $worker.queues }}
    {{- $deliver = add $deliver (include "landfall.leastReplicas" (list $ $worker)) }}
  {{- end }}
  {{- if gt (int $worker.scaling.min) (int $worker.scaling.max) }}
    {{- printf "workers.%s.scaling: min is %v and max is %v; max must not be less than min" $name $worker.scaling.min $worker.scaling.max | fail }}
  {{- end }}
{{- end }}
{{- range list "thumbnail" "transcode" "delivery" }}
  {{- if not (hasKey $taken .) }}
    {{- printf "workers: no worker takes the queue %s; add it to the queues of a worker" . | fail }}
  {{- end }}
{{- end }}
{{- if eq $deliver 0 }}
  {{- fail "workers: a worker with the queue delivery must always run, because it relays the jobs of all queues; give it at least one replica (with KEDA, scaling.min: 1)" }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) }}
  {{- fail "ingress.host: is required if ingress.enabled is true; use the host name of API_PUBLIC_URL" }}
{{- end }}
{{- end }}
