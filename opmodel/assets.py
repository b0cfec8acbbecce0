"""Static files: names that hold a hash of the content, in the imports of modules too."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Modules import each other by their hashed names: by two names one module would run twice, with two states."""

    support_js_module_import_aggregation = True
