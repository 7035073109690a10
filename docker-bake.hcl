# docker buildx bake [--push]: both images for both architectures, with a bill of materials and provenance.
variable "REGISTRY" {
  default = ""
}

variable "VERSION" {
  default = "0.1.0"
}

variable "REVISION" {
  default = "unknown"
}

group "default" {
  targets = ["landfall", "landfall-worker"]
}

target "image" {
  matrix = {
    name = ["landfall", "landfall-worker"]
  }
  name      = name
  target    = name
  tags      = ["${REGISTRY}${name}:${VERSION}"]
  args      = { VERSION = VERSION, REVISION = REVISION }
  platforms = ["linux/amd64", "linux/arm64"]
  attest    = ["type=sbom", "type=provenance,mode=max"]
}
