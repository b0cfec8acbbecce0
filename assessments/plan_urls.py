from django.urls import path

from assessments.views.plan import changing, pages

urlpatterns = [
    path("", pages.listing, name="plan"),
    path("board/", pages.board, name="plan-board"),
    path("roadmap/", pages.roadmap, name="plan-roadmap"),
    path("progress/", pages.progress, name="plan-progress"),
    path("choose/", changing.choose, name="plan-choose"),
    path("capacity/", changing.capacity, name="plan-capacity"),
    path("actions/<pid:public_id>/", changing.action, name="plan-action"),
    path("actions/<pid:public_id>/evidence/", changing.add_evidence, name="plan-action-evidence"),
    path("actions/<pid:public_id>/evidence/remove/", changing.remove_evidence, name="plan-action-evidence-remove"),
    path("actions/<pid:public_id>/<str:name>/", changing.step, name="plan-action-step"),
]
