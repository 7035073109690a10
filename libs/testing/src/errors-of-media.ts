// Image and video throw the errors of media, which their entries load. Their tests import single files.
import '#media';
