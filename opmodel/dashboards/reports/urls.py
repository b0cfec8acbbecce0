from django.urls import path

from opmodel.dashboards.reports import views

urlpatterns = [
    path("", views.index, name="reports"),
    path("verify/", views.verify, name="report-verify"),
    path("<pid:public_id>/", views.show, name="report"),
    path("<pid:public_id>/file/", views.download, name="report-file"),
    path("<pid:public_id>/again/", views.again, name="report-again"),
]
