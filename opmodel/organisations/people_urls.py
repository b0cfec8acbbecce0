from django.urls import path

from opmodel.organisations.views import people

urlpatterns = [
    path("", people.everybody, name="people"),
    path("import/", people.import_list, name="people-import"),
    path("import/template.csv", people.template, name="people-template"),
    path("invitations/<pid:public_id>/again/", people.again, name="invitation-again"),
    path("invitations/<pid:public_id>/revoke/", people.revoke, name="invitation-revoke"),
]
