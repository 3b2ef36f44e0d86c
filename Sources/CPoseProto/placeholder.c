#include "CPoseProto.h"
