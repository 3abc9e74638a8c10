import { Module } from '@nestjs/common';
import { OperationTable } from './operation-table.js';
import { OperationsController } from './operations.controller.js';

/** What we did in conversations, and what became of it. */
@Module({ controllers: [OperationsController], providers: [OperationTable], exports: [OperationTable] })
export class OperationsModule {}
