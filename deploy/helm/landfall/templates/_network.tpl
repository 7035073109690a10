{{/* What every pod may reach: name servers, and some ports of all hosts except the node's metadata service. */}}
{{- define "landfall.egress" -}}
- ports:
    - { port: 53, protocol: UDP }
    - { port: 53, protocol: TCP }
- to:
    - ipBlock: { cidr: 0.0.0.0/0, except: [169.254.0.0/16, 100.100.100.200/32] }
    - ipBlock: { cidr: '::/0', except: ['fe80::/10', 'fd00:ec2::254/128'] }
  ports:
{{- range .Values.networkPolicy.egressPorts }}
    - { port: {{ . }} }
{{- end }}
{{- end }}
