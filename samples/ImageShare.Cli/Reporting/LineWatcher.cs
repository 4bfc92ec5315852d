using System.Globalization;
using ImageShare.Cli.Terminals;
using ImageShare.Core;
using ImageShare.Core.Sharing;

namespace ImageShare.Cli.Reporting;

/// <summary>How a share goes on, as lines where nothing can be written over.</summary>
/// <param name="session">The share.</param>
/// <param name="isOneOfSeveral">Whether other shares run at the moment: then each line names its share.</param>
internal sealed class LineWatcher(ImageShareSession session, Func<bool> isOneOfSeveral) : IShareWatcher
{
    private int _quarters;
    private bool _isStoring;
    private bool _hasSaidSo;

    public static string StalledLine(ImageShareSession session, TimeSpan still, TimeSpan givenUpAfter) => string.Create(
        CultureInfo.InvariantCulture,
        $"[yellow]{HumanReporter.Safe(session.ImageName)} stands still[/]: no progress for {still.TotalSeconds:0} s. It is given up after {givenUpAfter.TotalSeconds:0} s without a byte (--timeout).");

    public void State(ImageShareState state)
    {
        if (state < ImageShareState.Completed)
        {
            HumanReporter.Say(Subject() + Shown.State(state));
        }
    }

    public void Progress(ImageShareProgress progress)
    {
        if (progress.Total is > 0 and { } total && progress.Bytes * 4 / total is { } now && now > _quarters)
        {
            _quarters = (int)now;
            HumanReporter.Say($"  {Subject()}{progress.Bytes * 100 / total,3} %  {Shown.Bytes(progress.Bytes)}");
        }
    }

    public void Storing() => _isStoring = true;

    public void Stalled(TimeSpan still, TimeSpan givenUpAfter) => HumanReporter.Say(StalledLine(session, still, givenUpAfter));

    // Usually the disk is done before anybody could read that it works.
    public void Beat()
    {
        if (_isStoring && !_hasSaidSo && session.State == ImageShareState.Transferring)
        {
            _hasSaidSo = true;
            HumanReporter.Say(Subject() + Shown.Storing);
        }
    }

    private string Subject() => isOneOfSeveral() ? HumanReporter.Safe(session.ImageName) + ": " : string.Empty;
}
