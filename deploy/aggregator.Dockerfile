# The aggregator as a server, from this repository:
#   docker build -f deploy/aggregator.Dockerfile -t pushmeter/aggregator:0.1.0 .
FROM node:24.21.0-alpine AS build
WORKDIR /repository
COPY . .
RUN npm ci --ignore-scripts && npx turbo run build --filter @pushmeter/aggregator \
 && mkdir /packed && npm pack -w @pushmeter/sdk -w @pushmeter/aggregator --pack-destination /packed

FROM node:24.21.0-alpine
WORKDIR /app
COPY --from=build /packed /packed
# pg is for a store in PostgreSQL.
RUN npm install --no-audit --no-fund --omit=dev /packed/*.tgz @opentelemetry/api@1.10.0 pg@8.23.1 \
 && rm -r /packed && mkdir /data && chown node:node /data
USER node
VOLUME /data
ENV PUSHMETER_STORE=/data/totals.db
EXPOSE 4318
ENTRYPOINT ["node", "node_modules/@pushmeter/aggregator/bin/pushmeter-aggregator.js"]
