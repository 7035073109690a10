// The parts of the dashboards: Grafana's own builders, with the options common to all panels.
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as GraphBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

/** The variable that selects the Prometheus to query. */
const datasource = { type: 'prometheus', uid: '${datasource}' };

/** Unit names of Grafana. */
type Unit = 'short' | 's' | 'bytes' | 'Bps' | 'percentunit' | 'ops' | 'cps';

interface Source {
  title: string;
  /** The description that Grafana shows in the corner of the panel. */
  means: string;
  unit: Unit;
}

/** Expressions by legend; `{{label}}` in a legend is the value of a label. */
type Queries = Readonly<Record<string, string>>;

/** Grafana names the queries of a panel A, B and so on. */
const firstRefId = 65;

/** A graph of lines over time, a third of the width. */
export function graph(
  { title, means, unit }: Source,
  queries: Queries,
  options: { stacked?: true } = {},
): Builder<Panel> {
  const panel = new GraphBuilder()
    .title(title)
    .description(means)
    .datasource(datasource)
    .unit(unit)
    .min(0)
    .span(8)
    .height(8)
    .drawStyle(GraphDrawStyle.Line)
    .fillOpacity(options.stacked ? 30 : 8)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));
  if (options.stacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  for (const [index, [legend, expression]] of Object.entries(queries).entries())
    panel.withTarget(query(legend, expression).refId(String.fromCodePoint(firstRefId + index)));
  return panel;
}

/** One number, a sixth of the width. @param limits above which it is yellow or red; with `falls`, below which */
export function stat(
  { title, means, unit }: Source,
  expression: string,
  limits: { warning: number; critical: number; falls?: true },
): Builder<Panel> {
  const { warning, critical, falls } = limits;
  const steps = falls
    ? [
        { color: 'red', value: null },
        { color: 'yellow', value: critical },
        { color: 'green', value: warning },
      ]
    : [
        { color: 'green', value: null },
        { color: 'yellow', value: warning },
        { color: 'red', value: critical },
      ];
  return new StatBuilder()
    .title(title)
    .description(means)
    .datasource(datasource)
    .unit(unit)
    .decimals(unit === 'percentunit' ? 2 : 1)
    .noValue('none')
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .span(4)
    .height(4)
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps))
    .withTarget(query('', expression).refId('A'));
}

function query(legend: string, expression: string): DataqueryBuilder {
  return new DataqueryBuilder().expr(expression).legendFormat(legend).range().datasource(datasource);
}

/** A quantile of a histogram over time. @param by labels that distinguish its lines */
export function quantile(share: number, histogram: string, by: readonly string[] = [], labels = ''): string {
  const rate = `rate(${histogram}_bucket${labels}[$__rate_interval])`;
  return `histogram_quantile(${share}, sum by (${['le', ...by].join(', ')}) (${rate}))`;
}

/** Events per second, summed. @param by labels that distinguish its lines */
export function perSecond(metric: string, by: readonly string[] = []): string {
  return `sum${by.length > 0 ? ` by (${by.join(', ')})` : ''} (rate(${metric}[$__rate_interval]))`;
}

/** A dashboard of rows, with links to the others. @param uid its permanent name in URLs */
export function dashboard(
  { uid, title, means }: { uid: string; title: string; means: string },
  rows: Readonly<Record<string, readonly Builder<Panel>[]>>,
): DashboardBuilder {
  const built = new DashboardBuilder(title)
    .uid(uid)
    .description(means)
    .tags(['landfall'])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-3h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .link(
      new DashboardLinkBuilder('Landfall')
        .type(DashboardLinkType.Dashboards)
        .tags(['landfall'])
        .asDropdown(false)
        .includeVars(true)
        .keepTime(true),
    )
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'));
  for (const [name, panels] of Object.entries(rows)) {
    built.withRow(new RowBuilder(name));
    for (const panel of panels) built.withPanel(panel);
  }
  return built;
}
