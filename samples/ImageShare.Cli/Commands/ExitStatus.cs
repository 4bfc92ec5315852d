namespace ImageShare.Cli.Commands;

/// <summary>The exit status. Scripts rely on these values.</summary>
internal static class ExitStatus
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int NotCapable = 3;
    public const int Unknown = 4;
    public const int Advice = 5;
    public const int Interrupted = 130;
}
