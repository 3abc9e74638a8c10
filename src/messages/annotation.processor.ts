import { Injectable } from '@nestjs/common';
import { type Tx } from '../database/transaction.js';
import { type EventProcessor } from '../events/event-processor.js';
import { type LiaisonEvent } from '../events/event.js';
import { ProjectionTable } from '../events/projection-table.js';
import { annotationColumns, applyToAnnotation, isAnnotationEvent, type AnnotationRow } from './annotation.state.js';

/** Keeps annotations, also those whose message has not been heard of yet. */
@Injectable()
export class AnnotationProcessor implements EventProcessor {
  readonly name = 'annotations';
  readonly tables = ['annotations'];
  readonly #annotations = new ProjectionTable<AnnotationRow>('annotations', annotationColumns);

  async process(events: readonly LiaisonEvent[], tx: Tx): Promise<void> {
    await this.#annotations.fold(
      events.filter(isAnnotationEvent).map((event) => ({
        id: event.subjectId,
        apply: (row) => applyToAnnotation(row, event),
      })),
      tx,
    );
  }
}
