using ImageShare.Cli.Terminals;
using ImageShare.Core;
using ImageShare.Core.Sharing;

namespace ImageShare.Cli.Reporting;

/// <summary>How a share goes on, as a row at the bottom of a terminal. Disposing removes the row.</summary>
internal sealed class RowWatcher : IShareWatcher, IDisposable
{
    private readonly ImageShareSession _session;
    private readonly Terminal _terminal;
    private readonly ProgressRow _row;

    public RowWatcher(ImageShareSession session, Terminal terminal)
    {
        _session = session;
        _terminal = terminal;
        _row = new ProgressRow(Shown.Text(session.ImageName, 30), TimeProvider.System) { Total = session.Progress.Total };
        terminal.Add(_row);
    }

    public void State(ImageShareState state) => _terminal.Update(_row, () => _row.State = Shown.State(state));

    public void Progress(ImageShareProgress progress) => _terminal.Update(_row, () =>
    {
        _row.Total = progress.Total;
        _row.Reach(progress.Bytes);
    });

    public void Storing() => _terminal.Update(_row, () => _row.State = Shown.Storing);

    public void Stalled(TimeSpan still, TimeSpan givenUpAfter) => HumanReporter.Say(LineWatcher.StalledLine(_session, still, givenUpAfter));

    public void Beat() => _terminal.Update(_row, static () => { });

    public void Dispose() => _terminal.Remove(_row);
}
