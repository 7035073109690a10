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

FROM node:24-bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ffmpeg \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
# Small young generations: under load the api otherwise grows by 100 MB for nothing (docs/performance.md).
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 NODE_OPTIONS=--max-semi-space-size=16 EMULATOR_DATA_DIR=/data/oss
COPY --from=modules /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json pipelines.yaml ./
# The emulator's buckets; a volume mounted here belongs to the user below.
RUN mkdir -p /data/oss && chown -R node:node /data
USER node
ENTRYPOINT ["node", "dist/apps/cli/src/main.js"]
CMD ["help"]
