"""The entrance to the pages about the plants: for head office the heat map, for a plant manager the own plant."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from opmodel.dashboards.sites import heat_map, plant
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission, can


@require_GET
@member_required(Permission.VIEW_RESULTS, Permission.VIEW_SITE_RESULTS)
def entrance(request: HttpRequest) -> HttpResponse:
    whole = can(request.member, Permission.VIEW_RESULTS)
    return heat_map.page(request) if whole else plant.newest(request)
