/**
 * A typical implementation: NestJS on Express, the body parsed by Express with the raw one kept, `repository.save` of
 * an entity, then `queue.add`. Reasonably careful: the public key is fetched once, and connections are pooled.
 */
import 'reflect-metadata';
import { createVerify } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BullModule, InjectQueue } from '@nestjs/bullmq';
import {
  Body,
  Controller,
  ForbiddenException,
  Headers,
  HttpCode,
  Injectable,
  Module,
  Post,
  Req,
  type RawBodyRequest,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Queue } from 'bullmq';
import {
  Column,
  CreateDateColumn,
  DataSource,
  Entity,
  PrimaryGeneratedColumn,
  Repository,
  Unique,
} from 'typeorm';

const { DATABASE_URL, REDIS_URL, CALLBACK_KEY_HOSTS } = process.env;

@Entity('uploads')
@Unique(['bucket', 'objectKey', 'etag'])
class TypicalUpload {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column()
  bucket!: string;

  @Column()
  objectKey!: string;

  @Column()
  etag!: string;

  @Column('bigint')
  size!: number;

  @Column()
  mimeType!: string;

  @Column('jsonb')
  imageInfo!: object;

  @Column('jsonb')
  vars!: object;

  @Column({ default: 'stored' })
  status!: string;

  @CreateDateColumn()
  createdAt!: Date;
}

@Injectable()
class PublicKeys {
  private readonly pems = new Map<string, string>();

  async get(header: string): Promise<string> {
    const url = Buffer.from(header, 'base64').toString();
    const known = this.pems.get(url);
    if (known) return known;
    if (new URL(url).host !== CALLBACK_KEY_HOSTS) throw new ForbiddenException('key host');
    const pem = await (await fetch(url)).text();
    this.pems.set(url, pem);
    return pem;
  }
}

@Controller('callbacks/oss')
class CallbackController {
  constructor(
    private readonly keys: PublicKeys,
    private readonly uploads: Repository<TypicalUpload>,
    @InjectQueue('thumbnails') private readonly queue: Queue,
  ) {}

  @Post(':secret')
  @HttpCode(200)
  async landed(
    @Req() request: RawBodyRequest<IncomingMessage>,
    @Headers('authorization') authorization: string,
    @Headers('x-oss-pub-key-url') keyUrl: string,
    @Body() body: Record<string, string>,
  ) {
    const pem = await this.keys.get(keyUrl);
    const verifier = createVerify('RSA-MD5').update(`${decodeURIComponent(request.url ?? '')}\n`);
    verifier.update(request.rawBody ?? '');
    if (!verifier.verify(pem, authorization, 'base64')) throw new ForbiddenException('signature');
    const upload = await this.uploads.save(
      this.uploads.create({
        bucket: body['bucket'],
        objectKey: body['object'],
        etag: body['etag'],
        size: Number(body['size']),
        mimeType: body['mimeType'],
        imageInfo: {
          width: Number(body['imageInfo.width']),
          height: Number(body['imageInfo.height']),
          format: body['imageInfo.format'],
        },
        vars: Object.fromEntries(Object.entries(body).filter(([name]) => name.startsWith('x:'))),
      }),
    );
    await this.queue.add('thumbnail', { uploadId: upload.id });
    return { Status: 'OK', id: upload.id, status: upload.status };
  }
}

const source = await new DataSource({
  type: 'postgres',
  url: DATABASE_URL,
  entities: [TypicalUpload],
  synchronize: true,
}).initialize();

@Module({
  imports: [
    BullModule.forRoot({ connection: { url: REDIS_URL ?? '' } }),
    BullModule.registerQueue({ name: 'thumbnails' }),
  ],
  controllers: [CallbackController],
  providers: [PublicKeys, { provide: Repository, useValue: source.getRepository(TypicalUpload) }],
})
class TypicalModule {}

const app = await NestFactory.create<NestExpressApplication>(TypicalModule, {
  rawBody: true,
  logger: ['error'],
});
await app.listen(0, '127.0.0.1');
process.once('disconnect', () => process.exit(0));
process.send?.({ type: 'ready', url: await app.getUrl() });
