# The GPU worker: `serve` answers questions, `work` takes runs. The same image runs on a processor. From the checkout's root:
#   docker build -f infra/docker/gpu-worker.Dockerfile -t annotate-anyone/gpu-worker .
# On Linux, PyPI's torch brings its CUDA libraries along; the host needs only NVIDIA's driver and container toolkit.
FROM node:24.21.0-bookworm AS models
RUN apt-get update && apt-get install --yes --no-install-recommends python3-pip && rm -rf /var/lib/apt/lists/*
WORKDIR /app
RUN npm install --global pnpm@12.21.0
COPY . .
RUN CI=true pnpm install --frozen-lockfile --filter @anyone/vision...
RUN node packages/vision/src/build-models.ts --out /models --python python3

FROM python:3.11.14-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/app/services/gpu-worker OMP_NUM_THREADS=1 HOME=/var/lib/anyone
WORKDIR /app
# torch by itself and first: its CPU and CUDA builds have different hashes, so the lock leaves it out.
RUN pip install --no-cache-dir torch==2.13.0
COPY services/gpu-worker/requirements.lock services/gpu-worker/requirements.lock
RUN pip install --no-cache-dir --require-hashes --no-deps -r services/gpu-worker/requirements.lock
COPY services/gpu-worker services/gpu-worker
COPY packages/grpc/proto packages/grpc/proto
COPY infra/docker/probe.py infra/docker/probe.py
RUN python services/gpu-worker/generate.py
COPY --from=models /models /app/models
RUN groupadd --gid 10001 anyone && useradd --uid 10001 --gid anyone --no-create-home --home-dir /var/lib/anyone --shell /usr/sbin/nologin anyone \
  && mkdir -p /var/lib/anyone && chown anyone:anyone /var/lib/anyone
USER 10001:10001
ENTRYPOINT ["python", "-m", "anyone_gpu.main"]
CMD ["serve"]
