import type * as swagger from '@nestjs/swagger';

type Swagger = typeof swagger;
type Target = [target: object, name?: string | symbol, descriptor?: PropertyDescriptor];
type Decorator = (...target: Target) => void;

const waiting: ((library: Swagger) => void)[] = [];

/**
 * Defers a decorator of @nestjs/swagger until `loadSwagger`. The library has 500 files and takes
 * longer to load than all code of the api, and only the document needs it.
 */
function deferred<Name extends keyof Swagger>(name: Name): Swagger[Name] {
  const remember =
    (...parameters: unknown[]): Decorator =>
    (...target) => {
      waiting.push((library) => {
        const decorate = library[name] as unknown as (...parameters: unknown[]) => Decorator;
        decorate(...parameters)(...target);
      });
    };
  return remember as unknown as Swagger[Name];
}

export const ApiAcceptedResponse = deferred('ApiAcceptedResponse');
export const ApiBody = deferred('ApiBody');
export const ApiConsumes = deferred('ApiConsumes');
export const ApiCreatedResponse = deferred('ApiCreatedResponse');
export const ApiExcludeEndpoint = deferred('ApiExcludeEndpoint');
export const ApiHeader = deferred('ApiHeader');
export const ApiNoContentResponse = deferred('ApiNoContentResponse');
export const ApiOkResponse = deferred('ApiOkResponse');
export const ApiOperation = deferred('ApiOperation');
export const ApiProduces = deferred('ApiProduces');
export const ApiQuery = deferred('ApiQuery');
export const ApiResponse = deferred('ApiResponse');
export const ApiTags = deferred('ApiTags');

/** Loads @nestjs/swagger and applies the deferred decorators. */
export async function loadSwagger(): Promise<Swagger> {
  const library = await import('@nestjs/swagger');
  for (const annotate of waiting.splice(0)) annotate(library);
  return library;
}
