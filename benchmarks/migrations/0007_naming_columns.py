"""An import may wait for a person to say which of its columns is which; what is shown before anybody confirms."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('benchmarks', '0006_one_place_for_provenance'),
    ]

    operations = [
        migrations.AddField(
            model_name='import',
            name='found_columns',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='import',
            name='preview',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name='import',
            name='state',
            field=models.CharField(choices=[('checking', 'Checking'), ('naming', 'Naming'), ('refused', 'Refused'), ('ready', 'Ready'), ('applying', 'Applying'), ('applied', 'Applied'), ('cancelled', 'Cancelled')], default='checking', max_length=10),
        ),
        migrations.AlterField(
            model_name='importevent',
            name='state',
            field=models.CharField(choices=[('checking', 'Checking'), ('naming', 'Naming'), ('refused', 'Refused'), ('ready', 'Ready'), ('applying', 'Applying'), ('applied', 'Applied'), ('cancelled', 'Cancelled')], default='checking', max_length=10),
        ),
    ]
