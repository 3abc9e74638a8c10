import { Module } from '@nestjs/common';
import { SpacesController } from './spaces.controller.js';
import { SpacesQueries } from './spaces.queries.js';

/** Spaces and their members. */
@Module({ controllers: [SpacesController], providers: [SpacesQueries] })
export class SpacesModule {}
