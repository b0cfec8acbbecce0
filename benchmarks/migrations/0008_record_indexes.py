"""Two indexes of records less: those of their constraints begin with the dataset."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('benchmarks', '0007_naming_columns'),
    ]

    operations = [
        migrations.AlterField(
            model_name='record',
            name='brought_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='benchmarks.import'),
        ),
        migrations.AlterField(
            model_name='record',
            name='dataset',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='records', to='benchmarks.dataset'),
        ),
    ]
