import { Module } from '@nestjs/common';
import { SearchLanguages } from '../search/search-languages.js';
import { TenantsController } from './tenants.controller.js';

/** What a tenant decides for all of its callers. */
@Module({ controllers: [TenantsController], providers: [SearchLanguages] })
export class TenantsModule {}
