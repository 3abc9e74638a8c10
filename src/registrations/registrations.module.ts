import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { HealthModule } from '../health/health.module.js';
import { REGISTRATION_PACE, usualPace } from './registration-pace.js';
import { RegistrationMetrics } from './registration-metrics.js';
import { RegistrationTable } from './registration-table.js';
import { RegistrationWarden } from './registration-warden.js';
import { RegistrationsController } from './registrations.controller.js';
import { RegistrationsQueries } from './registrations.queries.js';

/** The webhooks that we keep registered at platforms. */
@Module({
  imports: [ConnectionsModule, HealthModule],
  controllers: [RegistrationsController],
  providers: [
    { provide: REGISTRATION_PACE, useValue: usualPace },
    RegistrationMetrics,
    RegistrationTable,
    RegistrationWarden,
    RegistrationsQueries,
  ],
  exports: [HealthModule, RegistrationMetrics, RegistrationTable, RegistrationWarden],
})
export class RegistrationsModule {}
