# Two images:
#   landfall         api, emulator, migrations and every other command but `worker`
#   landfall-worker  the same, and what media work needs: ffmpeg, fonts, decoders
# `docker buildx bake` makes both for amd64 and arm64 (docker-bake.hcl).
ARG NODE_IMAGE=docker.io/library/node:24.21.0-bookworm-slim

# What it makes is the same for every architecture: so it runs on that of the machine that builds.
FROM --platform=${BUILDPLATFORM} ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY clients/typescript/package.json clients/typescript/
RUN npm ci --ignore-scripts
COPY . .
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json \
  && node apps/cli/bootstrap/bundle.mjs \
  && node node_modules/vite/bin/vite.js build apps/console \
  && find dist -name '*.map' -delete \
  && chmod +x dist/programs/landfall.js dist/programs/oss-emulator.js

FROM ${NODE_IMAGE} AS worker-modules
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY clients/typescript/package.json clients/typescript/
RUN npm ci --omit=dev
# What nothing reads at run time: a compiler that a plugin of swagger could use, typings, other forms of the same code, lmdb for
# other systems.
RUN rm -rf node_modules/typescript node_modules/typeorm/browser node_modules/.package-lock.json \
  && find node_modules -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' \
    -o -iname 'readme*.md' -o -iname 'changelog*.md' \) -delete \
  && find node_modules/@lmdb -name '*.node' ! -name node.napi.glibc.node -delete
# Of the fonts only what libs/image/src/decoders/vector/product-fonts.ts reads; the licences stay.
RUN find node_modules/@embedpdf/fonts-sc/fonts -name '*.otf' ! -name '*-Regular.otf' ! -name '*-Bold.otf' -delete \
  && find node_modules/@expo-google-fonts/noto-emoji -name '*.ttf*' ! -name '*_400Regular.ttf' ! -name '*_700Bold.ttf' -delete \
  && find node_modules/dejavu-fonts-ttf/ttf -name '*.ttf' ! -name DejaVuSans.ttf ! -name DejaVuSans-Bold.ttf \
    ! -name DejaVuSerif.ttf ! -name DejaVuSansMono.ttf -delete
COPY deploy/tools/bill-of-materials.mjs ./
RUN npm sbom --omit=dev --package-lock-only --sbom-format=cyclonedx | node bill-of-materials.mjs > sbom.cdx.json

# Decoders and fonts are for workers alone.
FROM worker-modules AS modules
RUN mkdir /worker-only \
  && cd node_modules \
  && tar --create @embedpdf @expo-google-fonts dejavu-fonts-ttf @hyzyla @resvg jxl-oxide-wasm libheif-js exifr thumbhash \
    --remove-files | tar --extract --directory /worker-only
RUN node bill-of-materials.mjs < sbom.cdx.json > rest.json && mv rest.json sbom.cdx.json

# Debian's package of ffmpeg brings 200 others, two thirds of which are graphics drivers and the like that its
# programs are not linked with. What they are linked with is copied, with its licences, and with its
# entries of dpkg in the place where scanners look for those of images without a package manager.
FROM ${NODE_IMAGE} AS ffmpeg
RUN find /usr/lib -name '*.so*' | sort > /libraries-before \
  && apt-get update \
  && apt-get install -y --no-install-recommends ffmpeg \
  && rm -rf /var/lib/apt/lists/*
RUN ldd /usr/bin/ffmpeg /usr/bin/ffprobe | awk '$2 == "=>" { sub("^/lib/", "/usr/lib/", $3); print $3 }' \
    | sort -u | comm -23 - /libraries-before > /libraries \
  && xargs cp --parents --dereference --target-directory /opt /usr/bin/ffmpeg /usr/bin/ffprobe < /libraries \
  && mkdir -p /opt/var/lib/dpkg/status.d \
  && sed 's#.*/#*/#' /libraries | xargs dpkg-query --search ffmpeg | sed 's/:.*//' | sort -u \
    | while read -r package; do \
        dpkg-query --status "$package" > "/opt/var/lib/dpkg/status.d/$package"; \
        cp --parents --dereference --target-directory /opt "/usr/share/doc/$package/copyright"; \
      done

FROM ${NODE_IMAGE} AS landfall
ARG VERSION=0.0.0 REVISION=unknown
LABEL org.opencontainers.image.title="Landfall" \
  org.opencontainers.image.description="Turns uploads to Alibaba Cloud OSS into ready-to-serve media" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 EMULATOR_DATA_DIR=/data/oss
COPY --from=modules /app/node_modules node_modules
COPY --from=modules /app/sbom.cdx.json ./
COPY --from=build /app/dist dist
COPY package.json pipelines.yaml ./
# The commands by their names, for `docker compose exec`; and the emulator's buckets: a new volume that is mounted there
# belongs to the user below.
RUN ln --symbolic /app/dist/programs/landfall.js /usr/local/bin/landfall \
  && ln --symbolic /app/dist/programs/oss-emulator.js /usr/local/bin/oss-emulator \
  && install --directory --owner node /data /data/oss
USER node
# Why these flags: libs/local/src/node-flags.ts.
ENTRYPOINT ["node", "--no-parallel-scavenge", "--max-semi-space-size=16", "dist/programs/landfall.js"]
CMD ["help"]

FROM landfall AS landfall-worker
LABEL org.opencontainers.image.title="Landfall worker"
USER root
COPY --from=ffmpeg /opt /
COPY --from=modules /worker-only node_modules
COPY --from=worker-modules /app/sbom.cdx.json ./
RUN install --directory --owner node /scratch
USER node
ENV MEDIA_SCRATCH_DIR=/scratch
ENTRYPOINT ["node", "--max-semi-space-size=1", "--heap-growing-percent=90", "dist/programs/landfall.js"]
CMD ["worker"]
