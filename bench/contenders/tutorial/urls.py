"""The serializer, the view set and its address."""

from typing import Any

from django.urls import include, path
from rest_framework import routers, serializers, viewsets

from bench.contenders.tutorial.models import Claim, Requirement


class ClaimSerializer(serializers.ModelSerializer[Claim]):
    """All fields; the requirement by its ref."""

    requirement = serializers.SlugRelatedField(
        slug_field="ref", queryset=Requirement._base_manager.all()
    )

    class Meta:
        model = Claim
        fields = "__all__"
        read_only_fields = ("vendor",)


class ClaimViewSet(viewsets.ModelViewSet[Claim]):
    """Everything about claims."""

    queryset = Claim._base_manager.all()
    serializer_class = ClaimSerializer

    def perform_create(self, serializer: Any) -> None:
        """The vendor is who calls."""
        serializer.save(vendor=self.request.user)


router = routers.DefaultRouter()
router.register("claims", ClaimViewSet)
urlpatterns = [path("", include(router.urls))]
