# Console, worker and migrations in one image; docker-compose.yml says which of them a container runs.
FROM node:22-bookworm-slim AS build
WORKDIR /custody
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN node lib/embedded/prepare.mjs \
 && NEXT_TELEMETRY_DISABLED=1 node_modules/.bin/next build \
 && npm prune --omit=dev --ignore-scripts \
 && mkdir -p /var/lib/custody && chown node:node /var/lib/custody

FROM node:22-bookworm-slim
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 CUSTODY_DATA=/var/lib/custody
WORKDIR /custody
COPY --from=build /custody/package.json /custody/next.config.ts ./
COPY --from=build /custody/node_modules node_modules
COPY --from=build /custody/prisma prisma
COPY --from=build /custody/dist dist
COPY --from=build /custody/.next .next
COPY --from=build --chown=node:node /var/lib/custody /var/lib/custody
USER node
EXPOSE 3000
CMD ["node_modules/.bin/next", "start", "--hostname", "0.0.0.0"]
