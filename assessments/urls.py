from django.urls import path

from assessments.views import answering, evidence, work

urlpatterns = [
    path("", work.home, name="home"),
    path("cycles/", work.cycle_list, name="cycle-list"),
    path("cycles/new/", work.cycle_new, name="cycle-new"),
    path("cycles/<pid:public_id>/", work.cycle_board, name="cycle"),
    path("submissions/<pid:public_id>/", answering.submission, name="submission"),
    path("submissions/<pid:public_id>/dimensions/<str:code>/", answering.dimension, name="submission-dimension"),
    path("submissions/<pid:public_id>/answers/<str:code>/", answering.save, name="submission-save"),
    path("submissions/<pid:public_id>/items/<str:code>/", answering.item, name="submission-item"),
    path("submissions/<pid:public_id>/items/<str:code>/save/", answering.save_item, name="submission-item-save"),
    path("submissions/<pid:public_id>/evidence/", evidence.index, name="submission-evidence"),
    path("submissions/<pid:public_id>/evidence/add/", evidence.add, name="submission-evidence-add"),
    path("submissions/<pid:public_id>/evidence/attach/", evidence.attach, name="submission-evidence-attach"),
    path("submissions/<pid:public_id>/evidence/detach/", evidence.detach, name="submission-evidence-detach"),
    path("submissions/<pid:public_id>/evidence/change/", evidence.change, name="submission-evidence-change"),
    path("submissions/<pid:public_id>/evidence/delete/", evidence.delete, name="submission-evidence-delete"),
    path("evidence/<pid:public_id>/file/", evidence.download, name="evidence-file"),
    path("submissions/<pid:public_id>/review/", answering.review, name="submission-review"),
    path("submissions/<pid:public_id>/submit/", answering.submit, name="submission-submit"),
    path("submissions/<pid:public_id>/status/", answering.status, name="submission-status"),
]
