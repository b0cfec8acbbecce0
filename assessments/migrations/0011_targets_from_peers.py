from django.db import migrations, models

CHOICES = [("page", "Page"), ("carried", "Carried over"), ("workbook", "Workbook"), ("peers", "Peers")]


class Migration(migrations.Migration):
    dependencies = [("assessments", "0010_contributions_tenancy")]
    operations = [
        migrations.RemoveConstraint(model_name="answer", name="answer_origin_known"),
        *(
            migrations.AlterField(
                model_name=model,
                name="origin",
                field=models.CharField(choices=CHOICES, default="page", max_length=10),
            )
            for model in ("answer", "answerevent")
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(("origin__in", ["page", "carried", "workbook", "peers"])),
                name="answer_origin_known",
            ),
        ),
    ]
