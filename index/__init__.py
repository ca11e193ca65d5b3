"""Articles -> an index: reading, cutting, embedding, storing. Knows nothing of questions."""

import os

# The matrices of one question are so small that NumPy's threads only wait for one another: half again as slow.
# To be set before NumPy is loaded; whoever sets it outside decides.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
