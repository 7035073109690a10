{{/* The fields of every pod: no permissions in the cluster or on the node. list $ */}}
{{- define "landfall.podRules" -}}
automountServiceAccountToken: false
# Variables of service links could have the names of settings.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "landfall.containerRules" -}}
imagePullPolicy: {{ .Values.imagePullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* Spreads the pods of a component over zones and nodes: list $ "api". */}}
{{- define "landfall.spread" -}}
topologySpreadConstraints:
{{- $selector := include "landfall.componentSelector" . }}
{{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- $selector | nindent 8 }}
    matchLabelKeys: [pod-template-hash]
{{- end }}
{{- end }}

{{/* Where a pod may run: the nodeSelector and tolerations of a workload. */}}
{{- define "landfall.place" -}}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Restarts the pods when anything changes that they read only at startup. */}}
{{- define "landfall.podAnnotations" -}}
checksum/settings: {{ .Values.settings | toJson | sha256sum }}
checksum/pipelines: {{ .Values.pipelines | sha256sum }}
prometheus.io/scrape: 'true'
prometheus.io/port: '9464'
prometheus.io/path: /metrics
{{- end }}

{{/* The settings that api and workers share, and some secrets: list $ (list "DATABASE_URL" …). */}}
{{- define "landfall.settings" -}}
{{- $root := first . -}}
envFrom:
  - configMapRef: { name: {{ include "landfall.name" $root }}-settings }
env:
  - { name: MANAGEMENT_PORT, value: '9464' }
{{- if $root.Values.pipelines }}
  - { name: PIPELINES_FILE, value: /etc/landfall/pipelines/pipelines.yaml }
{{- end }}
{{- include "landfall.secretSettings" . | trim | nindent 2 }}
{{- end }}

{{/* Entries of `env` for some secrets, and for the CA certificates. */}}
{{- define "landfall.secretSettings" -}}
{{- $root := first . -}}
{{- range $setting := last . }}
{{- $source := index $root.Values.secrets $setting }}
- name: {{ $setting }}
  valueFrom:
    secretKeyRef:
      name: {{ $source.name | default $root.Values.secretName }}
      key: {{ $source.key | default $setting }}
{{- end }}
{{- if $root.Values.caCertificates.configMap }}
- { name: NODE_EXTRA_CA_CERTS, value: /etc/landfall/ca/ca.crt }
{{- end }}
{{- end }}

{{- define "landfall.mounts" -}}
- { name: tmp, mountPath: /tmp }
{{- if .Values.pipelines }}
- { name: pipelines, mountPath: /etc/landfall/pipelines, readOnly: true }
{{- end }}
{{- include "landfall.tlsMounts" . }}
{{- end }}

{{- define "landfall.volumes" -}}
- name: tmp
  emptyDir: { sizeLimit: 256Mi }
{{- if .Values.pipelines }}
- name: pipelines
  configMap: { name: {{ include "landfall.name" . }}-pipelines }
{{- end }}
{{- include "landfall.tlsVolumes" . }}
{{- end }}

{{/* The CA certificates, and the client certificate for Postgres and Redis. */}}
{{- define "landfall.tlsMounts" -}}
{{- if .Values.caCertificates.configMap }}
- { name: ca, mountPath: /etc/landfall/ca, readOnly: true }
{{- end }}
{{- if .Values.clientCertificate.secretName }}
- { name: client-certificate, mountPath: /etc/landfall/client, readOnly: true }
{{- end }}
{{- end }}

{{- define "landfall.tlsVolumes" -}}
{{- with .Values.caCertificates }}
{{- if .configMap }}
- name: ca
  configMap:
    name: {{ .configMap }}
    items: [{ key: {{ .key }}, path: ca.crt }]
{{- end }}
{{- end }}
{{- with .Values.clientCertificate.secretName }}
- name: client-certificate
  secret:
    secretName: {{ . }}
    # 0440: readable by the pod's group only, since it contains a private key.
    defaultMode: 288
{{- end }}
{{- end }}

{{/* A process has 5 minutes to start, since Postgres may not be up yet. */}}
{{- define "landfall.probes" -}}
startupProbe:
  httpGet: { path: /health/live, port: management }
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /health/live, port: management }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /health/ready, port: management }
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 2
{{- end }}
