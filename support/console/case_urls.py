"""The addresses under a case that belong to its page: what it asks for, and what staff add to it."""

from django.urls import path

from support.console import attachments, correcting, labels, merging, notes, timeline, why

urlpatterns = [
    path("attachment/<uuid:message>/<int:place>/", attachments.show, name="attachment"),
    path("why/<int:seq>/", why.why, name="why"),
    path("timeline/", timeline.timeline, name="timeline"),
    path("aids/", notes.aids, name="aids"),
    path("note/", notes.write, name="note"),
    path("labels/", labels.change, name="labels"),
    path("correct/", correcting.correct, name="correct"),
    path("merge/compare/", merging.compare, name="merge-compare"),
    path("merge/", merging.merge, name="merge"),
    path("separate/", merging.separate, name="separate"),
]
