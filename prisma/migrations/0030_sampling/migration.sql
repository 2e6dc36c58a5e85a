-- DropIndex
DROP INDEX "answers_protocol_id_labeller_idx";

-- AlterTable
ALTER TABLE "answers" ADD COLUMN     "entropy" SMALLINT[] DEFAULT ARRAY[]::SMALLINT[],
ADD COLUMN     "margin" SMALLINT[] DEFAULT ARRAY[]::SMALLINT[];

-- AlterTable
ALTER TABLE "iterations" ADD COLUMN     "asked_to" TEXT NOT NULL DEFAULT '';

-- AlterTable
ALTER TABLE "samples" ADD COLUMN     "uniform" BOOLEAN NOT NULL DEFAULT false;

-- A new labeller's answers take the place of the old ones' in the same page, and no index learns of it.
ALTER TABLE answers SET (fillfactor = 85);
