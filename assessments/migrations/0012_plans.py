"""What an organisation decided to do: plans, their actions, owners' capacity, reminders."""

import datetime
import django.db.models.deletion
import django.db.models.functions.datetime
import opmodel.keys
import opmodel.organisations.tenancy
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0011_targets_from_peers'),
        ('organisations', '0005_invitation_without_sent_at'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ActionEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=opmodel.keys.new_public_id, editable=False, max_length=20, unique=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('evidence', opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to='assessments.evidence')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='OwnerCapacity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=opmodel.keys.new_public_id, editable=False, max_length=20, unique=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('days_per_month', models.SmallIntegerField()),
                ('member', opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.member')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=opmodel.keys.new_public_id, editable=False, max_length=20, unique=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('preset', models.CharField(max_length=20)),
                ('weights', models.JSONField()),
                ('reference', models.CharField(max_length=20)),
                ('starts_on', models.DateField()),
                ('cycle', opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='plans', to='assessments.cycle')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('result', opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='assessments.result')),
            ],
        ),
        migrations.CreateModel(
            name='OwnerCapacityEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('public_id', models.CharField(default=opmodel.keys.new_public_id, editable=False, max_length=20)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('days_per_month', models.SmallIntegerField()),
                ('member', opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.member')),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='assessments.ownercapacity')),
                ('plan', opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='assessments.plan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='ownercapacity',
            name='plan',
            field=opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='capacities', to='assessments.plan'),
        ),
        migrations.CreateModel(
            name='PlanEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('public_id', models.CharField(default=opmodel.keys.new_public_id, editable=False, max_length=20)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('preset', models.CharField(max_length=20)),
                ('weights', models.JSONField()),
                ('reference', models.CharField(max_length=20)),
                ('starts_on', models.DateField()),
                ('cycle', opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='assessments.cycle')),
                ('made_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='assessments.plan')),
                ('result', opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='assessments.result')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PlannedAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=opmodel.keys.new_public_id, editable=False, max_length=20, unique=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('code', models.CharField(max_length=20)),
                ('wave', models.SmallIntegerField()),
                ('starts_on', models.DateField()),
                ('due_on', models.DateField()),
                ('status', models.CharField(choices=[('planned', 'Planned'), ('started', 'Started'), ('done', 'Done'), ('dropped', 'Dropped')], default='planned', max_length=10)),
                ('effort_days', models.IntegerField()),
                ('notes', models.TextField(blank=True, default='', max_length=4000)),
                ('benefit_expected', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ('benefit_realised', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ('done_on', models.DateField(blank=True, null=True)),
                ('shown_by', models.CharField(blank=True, default='', max_length=1000)),
                ('dropped_because', models.CharField(blank=True, default='', max_length=500)),
                ('version', models.IntegerField(default=1)),
                ('rank', models.SmallIntegerField(null=True)),
                ('value', models.FloatField(null=True)),
                ('reasons', models.JSONField()),
                ('scores', models.JSONField()),
                ('lift', models.JSONField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('owner', opmodel.organisations.tenancy.Parent(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='owned_actions', to='organisations.member')),
                ('plan', opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='assessments.plan')),
                ('site', opmodel.organisations.tenancy.Parent(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='organisations.site')),
            ],
            options={
                'ordering': ['starts_on', 'due_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ActionReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=opmodel.keys.new_public_id, editable=False, max_length=20, unique=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('kind', models.CharField(choices=[('soon', 'due soon'), ('overdue', 'overdue')], max_length=10)),
                ('due_on', models.DateField()),
                ('member', opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.member')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('planned_action', opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assessments.plannedaction')),
            ],
        ),
        migrations.CreateModel(
            name='ActionEvidenceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('public_id', models.CharField(default=opmodel.keys.new_public_id, editable=False, max_length=20)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('evidence', opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='assessments.evidence')),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='assessments.actionevidence')),
                ('planned_action', opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='assessments.plannedaction')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='actionevidence',
            name='planned_action',
            field=opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='assessments.plannedaction'),
        ),
        migrations.CreateModel(
            name='PlannedActionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('public_id', models.CharField(default=opmodel.keys.new_public_id, editable=False, max_length=20)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('code', models.CharField(max_length=20)),
                ('wave', models.SmallIntegerField()),
                ('starts_on', models.DateField()),
                ('due_on', models.DateField()),
                ('status', models.CharField(choices=[('planned', 'Planned'), ('started', 'Started'), ('done', 'Done'), ('dropped', 'Dropped')], default='planned', max_length=10)),
                ('effort_days', models.IntegerField()),
                ('notes', models.TextField(blank=True, default='', max_length=4000)),
                ('benefit_expected', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ('benefit_realised', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ('done_on', models.DateField(blank=True, null=True)),
                ('shown_by', models.CharField(blank=True, default='', max_length=1000)),
                ('dropped_because', models.CharField(blank=True, default='', max_length=500)),
                ('version', models.IntegerField(default=1)),
                ('rank', models.SmallIntegerField(null=True)),
                ('value', models.FloatField(null=True)),
                ('reasons', models.JSONField()),
                ('scores', models.JSONField()),
                ('lift', models.JSONField()),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation')),
                ('owner', opmodel.organisations.tenancy.Parent(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.member')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='assessments.plannedaction')),
                ('plan', opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='assessments.plan')),
                ('site', opmodel.organisations.tenancy.Parent(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.site')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.UniqueConstraint(fields=('cycle',), name='plan_once_a_cycle'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('preset', ''), _negated=True), models.Q(('reference', ''), _negated=True)), name='plan_says_its_ranking'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__range', (datetime.date(2000, 1, 1), datetime.date(2199, 12, 31)))), name='plan_date_plausible'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_planevent" ("created_at", "cycle_id", "id", "made_by_id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preset", "public_id", "reference", "result_id", "starts_on", "updated_at", "weights") VALUES (NEW."created_at", NEW."cycle_id", NEW."id", NEW."made_by_id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."preset", NEW."public_id", NEW."reference", NEW."result_id", NEW."starts_on", NEW."updated_at", NEW."weights"); RETURN NULL;', hash='17f5bcd2a1baa42e315a1b62e00cc9341b6278eb', operation='INSERT', pgid='pgtrigger_insert_insert_831f3', table='assessments_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "assessments_planevent" ("created_at", "cycle_id", "id", "made_by_id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preset", "public_id", "reference", "result_id", "starts_on", "updated_at", "weights") VALUES (NEW."created_at", NEW."cycle_id", NEW."id", NEW."made_by_id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."preset", NEW."public_id", NEW."reference", NEW."result_id", NEW."starts_on", NEW."updated_at", NEW."weights"); RETURN NULL;', hash='824f7b0003cd0cb24736bbb38727aeac03290f71', operation='UPDATE', pgid='pgtrigger_update_update_6196a', table='assessments_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_planevent" ("created_at", "cycle_id", "id", "made_by_id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preset", "public_id", "reference", "result_id", "starts_on", "updated_at", "weights") VALUES (OLD."created_at", OLD."cycle_id", OLD."id", OLD."made_by_id", OLD."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."preset", OLD."public_id", OLD."reference", OLD."result_id", OLD."starts_on", OLD."updated_at", OLD."weights"); RETURN NULL;', hash='a855e5a3e2e58ea482c7f9eb0688282103262f26', operation='DELETE', pgid='pgtrigger_delete_delete_3730f', table='assessments_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ownercapacityevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1d886d475ab2103a4b8b827adb30faa6aa52ed57', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_dac22', table='assessments_ownercapacityevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='ownercapacity',
            constraint=models.UniqueConstraint(fields=('plan', 'member'), name='owner_capacity_once'),
        ),
        migrations.AddConstraint(
            model_name='ownercapacity',
            constraint=models.CheckConstraint(condition=models.Q(('days_per_month__range', (0, 1000))), name='owner_capacity_plausible'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ownercapacity',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_ownercapacityevent" ("created_at", "days_per_month", "id", "member_id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "updated_at") VALUES (NEW."created_at", NEW."days_per_month", NEW."id", NEW."member_id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."public_id", NEW."updated_at"); RETURN NULL;', hash='613b1e1834956e9a5b1a4b7cea8afafc1004b653', operation='INSERT', pgid='pgtrigger_insert_insert_0ef4b', table='assessments_ownercapacity', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ownercapacity',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "assessments_ownercapacityevent" ("created_at", "days_per_month", "id", "member_id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "updated_at") VALUES (NEW."created_at", NEW."days_per_month", NEW."id", NEW."member_id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."plan_id", NEW."public_id", NEW."updated_at"); RETURN NULL;', hash='633e37268262071b0d18345ace38709c2f05d9fe', operation='UPDATE', pgid='pgtrigger_update_update_dce95', table='assessments_ownercapacity', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ownercapacity',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_ownercapacityevent" ("created_at", "days_per_month", "id", "member_id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "updated_at") VALUES (OLD."created_at", OLD."days_per_month", OLD."id", OLD."member_id", OLD."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."public_id", OLD."updated_at"); RETURN NULL;', hash='c8ee2378f75909fecb08644e02f53b7926e60de4', operation='DELETE', pgid='pgtrigger_delete_delete_33d63', table='assessments_ownercapacity', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='84f5d23d146897b36b0497032b3c9bf2fa8ae5b8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3d7d0', table='assessments_planevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='plannedaction',
            constraint=models.UniqueConstraint(fields=('plan', 'code', 'site'), name='planned_action_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='plannedaction',
            constraint=models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='planned_action_has_code'),
        ),
        migrations.AddConstraint(
            model_name='plannedaction',
            constraint=models.CheckConstraint(condition=models.Q(('wave__range', (1, 4))), name='planned_action_wave'),
        ),
        migrations.AddConstraint(
            model_name='plannedaction',
            constraint=models.CheckConstraint(condition=models.Q(('due_on__gte', models.F('starts_on'))), name='planned_action_due_after_start'),
        ),
        migrations.AddConstraint(
            model_name='plannedaction',
            constraint=models.CheckConstraint(condition=models.Q(('due_on__lte', datetime.date(2199, 12, 31)), ('starts_on__gte', datetime.date(2000, 1, 1))), name='planned_action_dates_plausible'),
        ),
        migrations.AddConstraint(
            model_name='plannedaction',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['planned', 'started', 'done', 'dropped'])), name='planned_action_status'),
        ),
        migrations.AddConstraint(
            model_name='plannedaction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_on__isnull', False), ('status', 'done'), models.Q(('shown_by', ''), _negated=True)), models.Q(models.Q(('status', 'done'), _negated=True), ('done_on__isnull', True)), _connector='OR'), name='planned_action_done_is_shown'),
        ),
        migrations.AddConstraint(
            model_name='plannedaction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'dropped'), _negated=True), models.Q(('dropped_because', ''), _negated=True), _connector='OR'), name='planned_action_dropped_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='plannedaction',
            constraint=models.CheckConstraint(condition=models.Q(('effort_days__range', (0, 100000))), name='planned_action_effort'),
        ),
        migrations.AddConstraint(
            model_name='plannedaction',
            constraint=models.CheckConstraint(condition=models.Q(('benefit_expected__isnull', True), ('benefit_expected__gte', 0), _connector='OR'), name='planned_action_expects_no_loss'),
        ),
        migrations.AddConstraint(
            model_name='plannedaction',
            constraint=models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='planned_action_version_positive'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plannedaction',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_plannedactionevent" ("benefit_expected", "benefit_realised", "code", "created_at", "done_on", "dropped_because", "due_on", "effort_days", "id", "lift", "notes", "organisation_id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "rank", "reasons", "scores", "shown_by", "site_id", "starts_on", "status", "updated_at", "value", "version", "wave") VALUES (NEW."benefit_expected", NEW."benefit_realised", NEW."code", NEW."created_at", NEW."done_on", NEW."dropped_because", NEW."due_on", NEW."effort_days", NEW."id", NEW."lift", NEW."notes", NEW."organisation_id", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."public_id", NEW."rank", NEW."reasons", NEW."scores", NEW."shown_by", NEW."site_id", NEW."starts_on", NEW."status", NEW."updated_at", NEW."value", NEW."version", NEW."wave"); RETURN NULL;', hash='12682084cbd8ff630ec93dcd008e666ffe2ae4a6', operation='INSERT', pgid='pgtrigger_insert_insert_53603', table='assessments_plannedaction', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plannedaction',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "assessments_plannedactionevent" ("benefit_expected", "benefit_realised", "code", "created_at", "done_on", "dropped_because", "due_on", "effort_days", "id", "lift", "notes", "organisation_id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "rank", "reasons", "scores", "shown_by", "site_id", "starts_on", "status", "updated_at", "value", "version", "wave") VALUES (NEW."benefit_expected", NEW."benefit_realised", NEW."code", NEW."created_at", NEW."done_on", NEW."dropped_because", NEW."due_on", NEW."effort_days", NEW."id", NEW."lift", NEW."notes", NEW."organisation_id", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."plan_id", NEW."public_id", NEW."rank", NEW."reasons", NEW."scores", NEW."shown_by", NEW."site_id", NEW."starts_on", NEW."status", NEW."updated_at", NEW."value", NEW."version", NEW."wave"); RETURN NULL;', hash='d91f5f11d8cce7d6f897d2f9acd5a4eff6c54f08', operation='UPDATE', pgid='pgtrigger_update_update_a1bc6', table='assessments_plannedaction', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plannedaction',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_plannedactionevent" ("benefit_expected", "benefit_realised", "code", "created_at", "done_on", "dropped_because", "due_on", "effort_days", "id", "lift", "notes", "organisation_id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "rank", "reasons", "scores", "shown_by", "site_id", "starts_on", "status", "updated_at", "value", "version", "wave") VALUES (OLD."benefit_expected", OLD."benefit_realised", OLD."code", OLD."created_at", OLD."done_on", OLD."dropped_because", OLD."due_on", OLD."effort_days", OLD."id", OLD."lift", OLD."notes", OLD."organisation_id", OLD."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."public_id", OLD."rank", OLD."reasons", OLD."scores", OLD."shown_by", OLD."site_id", OLD."starts_on", OLD."status", OLD."updated_at", OLD."value", OLD."version", OLD."wave"); RETURN NULL;', hash='9b8c907434cc33b83be672769b6c40ef8f4062d1', operation='DELETE', pgid='pgtrigger_delete_delete_34e3f', table='assessments_plannedaction', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='actionreminder',
            constraint=models.UniqueConstraint(fields=('planned_action', 'member', 'kind', 'due_on'), name='action_reminder_once'),
        ),
        migrations.AddConstraint(
            model_name='actionreminder',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['soon', 'overdue'])), name='action_reminder_kind'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='actionevidenceevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='fdc51c7df1befc46fbc5bdc39b0bf07db807db2b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3017c', table='assessments_actionevidenceevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='actionevidence',
            constraint=models.UniqueConstraint(fields=('planned_action', 'evidence'), name='action_evidence_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='actionevidence',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_actionevidenceevent" ("created_at", "evidence_id", "id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_action_id", "public_id", "updated_at") VALUES (NEW."created_at", NEW."evidence_id", NEW."id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."planned_action_id", NEW."public_id", NEW."updated_at"); RETURN NULL;', hash='e6d1937bf24652087424df16403aa8c47f2be925', operation='INSERT', pgid='pgtrigger_insert_insert_71c00', table='assessments_actionevidence', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='actionevidence',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "assessments_actionevidenceevent" ("created_at", "evidence_id", "id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_action_id", "public_id", "updated_at") VALUES (NEW."created_at", NEW."evidence_id", NEW."id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."planned_action_id", NEW."public_id", NEW."updated_at"); RETURN NULL;', hash='593d6beb4f40373548d41a4689a8fed29c92a0d0', operation='UPDATE', pgid='pgtrigger_update_update_d442c', table='assessments_actionevidence', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='actionevidence',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_actionevidenceevent" ("created_at", "evidence_id", "id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_action_id", "public_id", "updated_at") VALUES (OLD."created_at", OLD."evidence_id", OLD."id", OLD."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."planned_action_id", OLD."public_id", OLD."updated_at"); RETURN NULL;', hash='4b720545a6277d4175434a9c7ec8b3dd3103107e', operation='DELETE', pgid='pgtrigger_delete_delete_b7f11', table='assessments_actionevidence', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plannedactionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='58968d99d3b41ce724247644726eddf67598b4ac', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_05b5e', table='assessments_plannedactionevent', when='BEFORE')),
        ),
    ]
