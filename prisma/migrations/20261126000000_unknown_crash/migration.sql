ALTER TYPE "call_outcome" ADD VALUE IF NOT EXISTS 'unknown_crash';
