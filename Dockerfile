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
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 EMULATOR_DATA_DIR=/data/oss
COPY --from=modules /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json pipelines.yaml ./
# The emulator's buckets; a volume mounted here belongs to the user below.
RUN mkdir -p /data/oss && chown -R node:node /data
USER node
# Why these flags: apps/cli/src/start/node-flags.ts.
ENTRYPOINT ["node", "--max-semi-space-size=8", "--heap-growing-percent=90", "dist/apps/cli/src/main.js"]
CMD ["help"]
