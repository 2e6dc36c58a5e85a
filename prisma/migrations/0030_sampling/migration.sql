-- AlterTable
ALTER TABLE "answers" ADD COLUMN     "entropy" SMALLINT[] DEFAULT ARRAY[]::SMALLINT[],
ADD COLUMN     "margin" SMALLINT[] DEFAULT ARRAY[]::SMALLINT[];

-- AlterTable
ALTER TABLE "iterations" ADD COLUMN     "asked_to" TEXT NOT NULL DEFAULT '';

-- AlterTable
ALTER TABLE "samples" ADD COLUMN     "uniform" BOOLEAN NOT NULL DEFAULT false;
