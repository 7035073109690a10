# One image for api, workers, emulator and migrations: the command says which (see docker-compose.yml).
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json

FROM node:24-bookworm-slim AS modules
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
# Of the fonts only what libs/image/src/decoders/vector/product-fonts.ts reads; the licences stay.
RUN find node_modules/@embedpdf/fonts-sc/fonts -name '*.otf' ! -name '*-Regular.otf' ! -name '*-Bold.otf' -delete \
  && find node_modules/@expo-google-fonts/noto-emoji -name '*.ttf*' ! -name '*_400Regular.ttf' ! -name '*_700Bold.ttf' -delete \
  && find node_modules/dejavu-fonts-ttf/ttf -name '*.ttf' ! -name DejaVuSans.ttf ! -name DejaVuSans-Bold.ttf \
    ! -name DejaVuSerif.ttf ! -name DejaVuSansMono.ttf -delete

FROM node:24-bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ffmpeg \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 EMULATOR_DATA_DIR=/data/oss
COPY --from=modules /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json pipelines.yaml ./
# The emulator's buckets; a volume mounted here belongs to the user below.
RUN mkdir -p /data/oss && chown -R node:node /data
# What Node compiles is kept, for each set of flags: starting takes a third less. Nothing is written there later.
ENV NODE_COMPILE_CACHE=/app/compile-cache
RUN install --directory --owner node compile-cache
USER node
# Why these flags: libs/local/src/node-flags.ts.
RUN warm() { apps="$1"; shift; node "$@" --input-type=module -e \
      "for (const app of '$apps'.split(' ')) await import('/app/dist/apps/' + app + '.js'); process.exit()"; } \
  && warm 'cli/src/program api/src/api.module' --single-threaded-gc --max-semi-space-size=16 \
  && warm 'cli/src/program worker/src/worker.module worker/src/job-handlers oss-emulator/src/start-configured' \
    --max-semi-space-size=1 --heap-growing-percent=90
ENTRYPOINT ["node", "--single-threaded-gc", "--max-semi-space-size=16", "dist/apps/cli/src/main.js"]
CMD ["help"]
