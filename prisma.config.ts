/** For the Prisma command line. Migrations are applied by packages/db/src/migrate.ts, never by that command. */
export default {
  schema: "prisma",
  migrations: { path: "prisma/migrations" },
};
