"""Logos are stored files, too."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('files', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='storedfile',
            name='stored_file_kind',
        ),
        migrations.AlterField(
            model_name='storedfile',
            name='kind',
            field=models.CharField(choices=[('evidence', 'Evidence'), ('upload', 'Upload'), ('export', 'Export'), ('logo', 'Logo')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='storedfile',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['evidence', 'upload', 'export', 'logo'])), name='stored_file_kind'),
        ),
    ]
