from django.urls import path

from benchmarks.views import datasets, imports

urlpatterns = [
    path("", datasets.index, name="benchmarks"),
    path("imports/new/", imports.new, name="benchmark-import-new"),
    path("template.csv", imports.template, {"kind": "csv"}, name="benchmark-template-csv"),
    path("template.xlsx", imports.template, {"kind": "xlsx"}, name="benchmark-template-xlsx"),
    path("imports/<pid:public_id>/", imports.show, name="benchmark-import"),
    path("imports/<pid:public_id>/columns/", imports.name_columns, name="benchmark-import-columns"),
    path("imports/<pid:public_id>/confirm/", imports.confirm, name="benchmark-import-confirm"),
    path("imports/<pid:public_id>/again/", imports.again, name="benchmark-import-again"),
    path("imports/<pid:public_id>/cancel/", imports.cancel, name="benchmark-import-cancel"),
    path("imports/<pid:public_id>/errors.csv", imports.errors, name="benchmark-import-errors"),
    path("datasets/<pid:public_id>/", datasets.dataset, name="benchmark-dataset"),
    path("datasets/<pid:public_id>/releases/", datasets.release_new, name="benchmark-release-new"),
    path("releases/<pid:public_id>/", datasets.release, name="benchmark-release"),
    path("releases/<pid:public_id>/publish/", datasets.publish, name="benchmark-release-publish"),
    path("releases/<pid:public_id>/discard/", datasets.discard, name="benchmark-release-discard"),
    path("releases/<pid:public_id>/withdraw/", datasets.withdraw, name="benchmark-release-withdraw"),
]
